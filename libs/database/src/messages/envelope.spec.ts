import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing/database';
import { ThingAdded } from '../testing/shop.js';
import { printEvent } from './envelope.js';
import type { RowChange } from './row-change.js';

const MAX_BYTES = 256 * 1024;

describe('printEvent', () => {
  const publisher = { service: 'shop', tenantId: 'a', ctx: testContext('a') };
  const change = (value: string): RowChange => ({ resource: 'thing', id: '1', action: 'update', new: { note: value } });
  const changesOf = (payload: string): RowChange[] => (JSON.parse(payload) as { changes: RowChange[] }).changes;

  it('splits by size, each part within the limit and none lost', () => {
    const changes = Array.from({ length: 150 }, (_, i) => change(`${i}`.padEnd(5_000, 'ü')));
    const parts = printEvent(publisher, new ThingAdded({ name: 'x' }), changes, 'a');
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.every((part) => Buffer.byteLength(part.payload) <= MAX_BYTES)).toBe(true);
    expect(parts.flatMap((part) => changesOf(part.payload))).toEqual(changes);
    const numbers = parts.map((part) =>
      JSON.parse((JSON.parse(part.headers) as Record<string, string>)['Tenantry-Event']!),
    );
    expect(numbers.map(({ part, parts: of }) => [part, of])).toEqual(parts.map((_, i) => [i + 1, parts.length]));
    expect(new Set(parts.map((part) => part.id)).size).toBe(parts.length);
  });

  it('tells a row that is too large by itself by digests', () => {
    const sealed = { commitment: 'c', sealed: 's'.repeat(MAX_BYTES) };
    const huge: RowChange = { ...change('n'.repeat(MAX_BYTES)), old: { note: sealed, small: 'kept' } };
    const [part, ...more] = printEvent(publisher, new ThingAdded(), [huge], 'a');
    expect(more).toEqual([]);
    expect(changesOf(part!.payload)).toEqual([
      {
        ...huge,
        new: { note: { commitment: expect.stringMatching(/^[\w-]{43}$/), sealed: null } },
        old: { note: { commitment: 'c', sealed: null }, small: 'kept' },
      },
    ]);
  });

  it('refuses an event of another service, and data that no message can carry', () => {
    expect(() => printEvent({ ...publisher, service: 'tenants' }, new ThingAdded(), [], 'a')).toThrow(
      'must not publish',
    );
    const large = new ThingAdded({ name: 'x'.repeat(MAX_BYTES) });
    expect(() => printEvent(publisher, large, [], 'a')).toThrow('at most');
  });

  it('keeps headers in one line of ASCII, whatever the user agent says', () => {
    const ctx = testContext(PLATFORM_TENANT_ID);
    const request = { ...ctx.request, userAgent: 'Zoë\r\nX-Evil: 1 😀', traceparent: '00-1-2-01' };
    const [event] = printEvent({ ...publisher, ctx: { ...ctx, request } }, new ThingAdded(), [], 'b');
    const headers = JSON.parse(event!.headers) as Record<string, string>;
    expect(Object.values(headers).join('')).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(headers['Tenantry-Event']!)).toMatchObject({ userAgent: request.userAgent, platformActor: true });
    expect(headers.traceparent).toBe('00-1-2-01');
  });

  it('names the service when nobody asked', () => {
    const [event] = printEvent({ ...publisher, ctx: null }, new ThingAdded(), [], 'a');
    const meta = JSON.parse((JSON.parse(event!.headers) as Record<string, string>)['Tenantry-Event']!);
    expect(meta).toMatchObject({
      actor: { kind: 'service', id: 'shop', role: null },
      action: 'thing.added',
      requestId: null,
    });
  });
});
