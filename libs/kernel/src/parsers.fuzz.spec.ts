import fc from 'fast-check';
import { Fault, formatNanos, openCursor, parseNanos, sealCursor } from './index.js';

function faultOf(work: () => unknown): Fault | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

describe('any amount of money', () => {
  const nanos = fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n });

  it('is the same after it was printed and read', () => {
    fc.assert(fc.property(nanos, (amount) => expect(parseNanos(formatNanos(amount), 'limit')).toBe(amount)));
  });

  it('that is text is read exactly or refused by name', () => {
    const nearly = fc.stringMatching(/^[-+]?[0-9]{0,11}[.,e]?[0-9]{0,11}$/);
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const fault = faultOf(() => parseNanos(text, 'limit'));
        if (fault) return expect(fault).toMatchObject({ reason: 'invalid-input', errors: [{ field: 'limit' }] });
        const [units = '', fraction = ''] = text.replace('-', '').split('.');
        const digits = BigInt(units + fraction.padEnd(9, '0'));
        return expect(parseNanos(text, 'limit')).toBe(text.startsWith('-') ? -digits : digits);
      }),
    );
  });
});

describe('any cursor', () => {
  const key = new Uint8Array(32).fill(7);
  const scope = { tenantId: 'a', query: 'list' };

  it('opens to the position that it was made for', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (position, tenantId, query) => {
        const sealed = sealCursor(key, { tenantId, query }, position);
        expect(openCursor(key, { tenantId, query }, sealed)).toEqual(JSON.parse(JSON.stringify(position)));
      }),
    );
  });

  it('that nobody made, or that was changed, is refused', () => {
    const made = Buffer.from(sealCursor(key, scope, ['2026-01-01', 5]), 'base64url');
    const changed = fc.tuple(fc.nat({ max: made.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const bytes = Buffer.from(made);
      bytes[at] = bytes[at]! ^ by;
      return bytes.toString('base64url');
    });
    fc.assert(
      fc.property(fc.oneof(changed, fc.string(), fc.base64String()), (cursor) => {
        expect(faultOf(() => openCursor(key, scope, cursor))).toMatchObject({ reason: 'invalid-cursor' });
      }),
    );
  });

  it('is refused by every scope but its own, however the two run together', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (tenantId, query, otherTenant, otherQuery) => {
        fc.pre(tenantId !== otherTenant || query !== otherQuery);
        const sealed = sealCursor(key, { tenantId, query }, 1);
        const other = { tenantId: otherTenant, query: otherQuery };
        expect(faultOf(() => openCursor(key, other, sealed))).toMatchObject({ reason: 'invalid-cursor' });
      }),
    );
  });
});
