import { newId } from '@tenantry/kernel';
import { Directories, type TenantEntry } from '@tenantry/messaging';
import fc from 'fast-check';
import type { GatewaySettings } from '../config.js';
import { TenantFinder } from './tenant-finder.js';

const DOMAIN = 'example.com';
const places = {
  mode: 'pool',
  cell: 'home',
  region: null,
  timeZone: 'UTC',
  organizationId: null,
  sandboxOf: null,
} as const;

const entry = (slug: string, hosts: string[]): TenantEntry => ({
  ...{ version: 1, slug, name: slug, status: 'active', reason: null, hosts },
  ...places,
});

describe('any host name', () => {
  const [a, b] = [newId(), newId()];
  const ofA = ['harbour.example.com', 'portal.harbour.test'];
  const ofB = ['quay.example.com', 'harbour.quay.test'];
  let finder: TenantFinder;

  beforeAll(() => {
    const directories = Directories.inMemory();
    finder = new TenantFinder(directories, { BASE_DOMAIN: DOMAIN } as GatewaySettings);
    directories.tenants.put(a, entry('harbour', [ofA[1]!]));
    directories.tenants.put(b, entry('quay', [ofB[1]!]));
  });

  /** Nearly the name of a tenant: a letter, a dot, a label or a port more or less. */
  const near = fc
    .tuple(fc.constantFrom(...ofA, ...ofB), fc.nat(24), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([host, at, removed, added]) => host.slice(0, at) + added + host.slice(at + removed));
  const made = fc
    .array(
      fc.constantFrom('harbour', 'quay', 'portal', 'example', 'com', 'test', '.', '..', ':80', ' ', '\0', 'xn--'),
      {
        maxLength: 7,
      },
    )
    .map((parts) => parts.join(''));
  const host = fc.oneof(near, made, fc.string(), fc.domain(), fc.constantFrom(...ofA, ...ofB));

  it('chooses a tenant only when it is exactly one of its names', () => {
    fc.assert(
      fc.property(host, (name) => {
        const found = finder.hosted(name);
        expect(found).toBe(ofA.includes(name) ? a : ofB.includes(name) ? b : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('names a slug exactly when it is one label below the base domain', () => {
    fc.assert(
      fc.property(host, (name) => {
        const labels = name.split('.');
        const isBelow = labels.length === 3 && labels[0] !== '' && name.endsWith(`.${DOMAIN}`);
        expect(finder.slugOf(name)).toBe(isBelow ? labels[0] : null);
      }),
      { numRuns: 2_000 },
    );
  });
});
