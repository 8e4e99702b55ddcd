import { Fault, type Reason } from '@tenantry/kernel';

declare global {
  namespace jest {
    interface Matchers<R> {
      /** A `Fault` with this reason, and naming this field when one is given. */
      toBeFault(reason: Reason, about?: { readonly field?: string }): R;
      /** A list that has nothing, and nothing more to come. */
      toBeEmptyPage(): R;
    }
  }
}

expect.extend({
  toBeFault(received: unknown, reason: Reason, about: { readonly field?: string } = {}) {
    const fields = received instanceof Fault ? received.errors.map(({ field }) => field) : [];
    const pass =
      received instanceof Fault &&
      received.reason === reason &&
      (about.field === undefined || fields.includes(about.field));
    const got =
      received instanceof Fault
        ? `${received.message} (${fields.join(', ') || 'no field'})`
        : this.utils.printReceived(received);
    return {
      pass,
      message: () => `expected a fault ${reason}${about.field ? ` about ${about.field}` : ''}, got ${got}`,
    };
  },

  toBeEmptyPage(received: unknown) {
    const { data, nextCursor } = received as { data?: unknown[]; nextCursor?: unknown };
    const pass = Array.isArray(data) && data.length === 0 && (nextCursor ?? null) === null;
    return {
      pass,
      message: () => `expected ${pass ? 'something' : 'an empty page'}, got ${this.utils.printReceived(received)}`,
    };
  },
});
