import { randomBytes } from 'node:crypto';

/** Texts planted in one tenant's data that nobody else may ever see. */
export class Canaries {
  readonly #planted = new Map<string, string>();

  /** A new unguessable text that belongs to a tenant. */
  plant(tenantId: string): string {
    const canary = `canary-${randomBytes(8).toString('hex')}`;
    this.#planted.set(canary, tenantId);
    return canary;
  }

  /** @throws Error when something that a tenant was shown has another tenant's canary, or another tenant's id */
  assertNoneOfOthers(shown: unknown, tenantId: string, otherIds: readonly string[] = []): void {
    const text =
      JSON.stringify(shown, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? '';
    const leaked = [...this.#planted].find(([canary, owner]) => owner !== tenantId && text.includes(canary))?.[0];
    const foreign = leaked ?? otherIds.find((id) => id !== tenantId && text.includes(id));
    if (foreign) {
      throw new Error(`tenant ${tenantId} was shown ${foreign}, which is another tenant's`);
    }
  }
}
