import { createHash } from 'node:crypto';
import { hashLeaf } from '@tenantry/audit-proofs';
import fc from 'fast-check';
import { canonicalJson, leafText } from './leaf.js';
import type { Entry } from './entry.js';

const entry: Entry = {
  version: 1,
  id: '01920000-0000-7000-8000-000000000001',
  sequence: 9007199254740993n,
  tenantId: '01920000-0000-7000-8000-00000000000a',
  occurredAt: new Date('2026-01-02T03:04:05.006Z'),
  recordedAt: new Date('2026-01-02T03:04:06.000Z'),
  service: 'tenants',
  event: 'TenantSuspended',
  eventId: '01920000-0000-7000-8000-000000000002',
  eventIndex: 0,
  operation: 'SuspendTenant',
  action: 'tenant.suspended',
  outcome: 'done',
  actor: { role: 'super_admin', kind: 'user', id: '01920000-0000-7000-8000-000000000003' },
  platformActor: true,
  onBehalfOf: null,
  credentialId: null,
  requestId: 'req',
  traceId: null,
  resource: 'tenant',
  resourceId: '01920000-0000-7000-8000-00000000000a',
  change: 'update',
  old: { status: 'active' },
  new: { status: 'suspended', note: { commitment: 'abc' } },
  origin: 'xyz',
};

describe('the leaf of an entry', () => {
  it('is RFC 8785 JSON of all its members, so that anybody can recompute it', () => {
    expect(leafText(entry)).toBe(
      '{"action":"tenant.suspended","actor":{"id":"01920000-0000-7000-8000-000000000003","kind":"user","role":"super_admin"},' +
        '"change":"update","credentialId":null,"event":"TenantSuspended","eventId":"01920000-0000-7000-8000-000000000002","eventIndex":0,' +
        '"id":"01920000-0000-7000-8000-000000000001","new":{"note":{"commitment":"abc"},"status":"suspended"},' +
        '"occurredAt":"2026-01-02T03:04:05.006Z","old":{"status":"active"},"onBehalfOf":null,"operation":"SuspendTenant","origin":"xyz","outcome":"done",' +
        '"platformActor":true,"recordedAt":"2026-01-02T03:04:06.000Z","requestId":"req","resource":"tenant",' +
        '"resourceId":"01920000-0000-7000-8000-00000000000a","sequence":"9007199254740993","service":"tenants",' +
        '"tenantId":"01920000-0000-7000-8000-00000000000a","traceId":null,"version":1}',
    );
  });

  it.each([
    ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    ['L123456', '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56'],
  ])('has the RFC 9162 hash of %j', (text, hash) => {
    expect(Buffer.from(hashLeaf(text)).toString('hex')).toBe(hash);
  });

  it('hashes the UTF-8 bytes after a zero byte', () => {
    const text = leafText({ ...entry, new: { name: 'Zoë 🦷' } });
    const bytes = Buffer.concat([Buffer.of(0), Buffer.from(text, 'utf8')]);
    expect(hashLeaf(text)).toEqual(createHash('sha256').update(bytes).digest());
  });

  it('is another one when anything is different', () => {
    const hashes = new Set(
      [
        entry,
        { ...entry, sequence: 2n },
        { ...entry, old: null },
        { ...entry, new: { status: 'active' } },
        { ...entry, origin: 'other' },
      ].map((one) => Buffer.from(hashLeaf(leafText(one))).toString('hex')),
    );
    expect(hashes.size).toBe(5);
  });

  it('is RFC 8785 JSON whatever texts and values it has', () => {
    const text = fc.string({ unit: 'grapheme' });
    const values = fc.option(fc.dictionary(text, fc.jsonValue({ stringUnit: 'grapheme' })));
    fc.assert(
      fc.property(text, fc.option(text), values, values, (action, requestId, before, after) => {
        const leaf = leafText({ ...entry, action, requestId, resourceId: `\\${action}`, old: before, new: after });
        expect(leaf).toBe(canonicalJson(JSON.parse(leaf)));
        expect(JSON.parse(leaf)).toMatchObject({ action, requestId });
      }),
    );
    expect(() => leafText({ ...entry, resourceId: '\ud800' })).toThrow();
    expect(leafText({ ...entry, resourceId: '\\ud800' })).toContain('"resourceId":"\\\\ud800"');
  });

  it('is the same after the values were stored and read as JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })),
        (values) => {
          const stored = canonicalJson(values);
          expect(canonicalJson(JSON.parse(stored))).toBe(stored);
        },
      ),
    );
  });

  it('is what RFC 8785 says: members sorted by UTF-16 code units, everything else as ECMAScript prints it', () => {
    const sorted = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
      if (typeof value !== 'object' || value === null) return JSON.stringify(value);
      const members = value as Record<string, unknown>;
      const names = Object.keys(members).toSorted((a, b) => (a < b ? -1 : 1));
      return `{${names.map((name) => `${JSON.stringify(name)}:${sorted(members[name])}`).join()}}`;
    };
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) =>
        expect(canonicalJson(value)).toBe(sorted(value)),
      ),
    );
  });

  it('is independent of the order in which members were set', () => {
    expect(canonicalJson({ b: 1, a: { d: 2, c: 3 } })).toBe(canonicalJson({ a: { c: 3, d: 2 }, b: 1 }));
  });

  it('does not exist for what JSON can not say', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow();
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
    expect(() => canonicalJson({ name: '\ud800' })).toThrow();
  });
});
