import {
  Fault,
  coversAll,
  formatNanos,
  fromFaultMessage,
  intersectGrants,
  isUuid,
  newId,
  openCursor,
  parseNanos,
  permits,
  sealCursor,
  toFaultMessage,
} from './index.js';

describe('ids', () => {
  it('sort by creation time', () => {
    const early = newId(new Date('2026-01-01T00:00:00Z'));
    const late = newId(new Date('2026-01-01T00:00:01Z'));
    expect([late, early].sort()).toEqual([early, late]);
    expect(isUuid(early)).toBe(true);
    expect(isUuid(`${early}'; drop table x`)).toBe(false);
  });
});

describe('ids of one process', () => {
  it('sort by creation within a millisecond too, and never come twice', () => {
    const ids = Array.from({ length: 50_000 }, () => newId());
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('money', () => {
  it.each([
    ['0.10', 100_000_000n],
    ['-12.5', -12_500_000_000n],
    ['999999999.999999999', 999_999_999_999_999_999n],
  ])('reads %s without losing a nano', (text, nanos) => {
    expect(parseNanos(text, 'limit')).toBe(nanos);
    expect(parseNanos(formatNanos(nanos), 'limit')).toBe(nanos);
  });

  it.each(['', 'NaN', '1e3', '0.1234567891', '1,5', ' 1', '--1', '1.', '.5', '10000000000'])(
    'refuses %p and names the field',
    (text) => {
      expect(() => parseNanos(text, 'limit')).toThrow(
        expect.objectContaining({ reason: 'invalid-input', errors: [expect.objectContaining({ field: 'limit' })] }),
      );
    },
  );
});

describe('cursors', () => {
  const key = new Uint8Array(32).fill(7);
  const a = { tenantId: 'a', query: 'list?x=1' };

  it('open only for the tenant and the query they were made for', () => {
    const cursor = sealCursor(key, a, ['2026-01-01', 5]);
    expect(openCursor(key, a, cursor)).toEqual(['2026-01-01', 5]);
    for (const scope of [
      { ...a, tenantId: 'b' },
      { ...a, query: 'list?x=2' },
    ]) {
      expect(() => openCursor(key, scope, cursor)).toThrow(expect.objectContaining({ reason: 'invalid-cursor' }));
    }
  });

  it.each(['', 'x', '!!!', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'a'.repeat(5000)])(
    'refuse %p that nobody sealed',
    (cursor) => {
      expect(() => openCursor(key, a, cursor)).toThrow(expect.objectContaining({ reason: 'invalid-cursor' }));
    },
  );

  it('refuse an edited position', () => {
    const bytes = Buffer.from(sealCursor(key, a, 5), 'base64url');
    bytes[bytes.length - 1]! ^= 1;
    expect(() => openCursor(key, a, bytes.toString('base64url'))).toThrow(Fault);
  });
});

describe('permissions', () => {
  it.each([
    [['*'], ['rows.read', 'members.*'], ['rows.read', 'members.*']],
    [
      ['rows.*', 'keys.read'],
      ['rows.read', 'keys.*'],
      ['rows.read', 'keys.read'],
    ],
    [['rows.read'], ['rows.write'], []],
    [['rows.*'], ['rows.*', 'rows.read'], ['rows.*', 'rows.read']],
    [['*'], ['*'], ['*']],
    [[], ['*'], []],
  ])('of %p and of %p are both held for %p', (left, right, both) => {
    expect(intersectGrants(left, right)).toEqual(both);
    expect(intersectGrants(right, left).toSorted()).toEqual(both.toSorted());
  });

  it('are covered by the same name, its resource or everything, and by nothing else', () => {
    expect(permits(['members.write'], 'members.write')).toBe(true);
    expect(permits(['members.*'], 'members.write')).toBe(true);
    expect(permits(['*'], 'members.write')).toBe(true);
    expect(permits(['member.*', 'members.read', 'members'], 'members.write')).toBe(false);
    expect(permits([], 'members.write')).toBe(false);
  });

  it('cannot be handed on beyond what is held', () => {
    expect(coversAll(['rows.*'], ['rows.read', 'rows.*'])).toBe(true);
    expect(coversAll(['rows.read'], ['rows.*'])).toBe(false);
    expect(coversAll(['rows.*', 'members.*'], ['*'])).toBe(false);
    expect(coversAll(['*'], ['*', 'anything.else'])).toBe(true);
  });
});

describe('faults', () => {
  it('cross the bus with what is public and nothing else', () => {
    const fault = new Fault('slug-taken', { field: 'slug', cause: new Error('password=hunter2') });
    const crossed = fromFaultMessage(JSON.parse(JSON.stringify(toFaultMessage(fault))));
    expect(crossed).toMatchObject({ reason: 'slug-taken', status: 409, errors: [{ field: 'slug' }] });
    expect(JSON.stringify(toFaultMessage(fault))).not.toContain('hunter2');
  });

  it('of an unknown reason become internal', () => {
    expect(fromFaultMessage({ reason: 'toString' as never, detail: 'x', errors: [] }).reason).toBe('internal');
  });
});
