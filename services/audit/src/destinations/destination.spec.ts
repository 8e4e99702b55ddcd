import {
  addAuditDestination,
  enableAuditDestination,
  getAuditDestination,
  listAuditDestinations,
  removeAuditDestination,
  rewindAuditDestination,
  type AddAuditDestinationRequest,
  type AddAuditDestinationResponse,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { auditTenants, READER } from '../testing/audit.fixture.js';

const OWNER = { permissions: ['audit.*'] };

describe('destinations of an audit log', () => {
  const t = auditTenants();
  const add = (
    tenant: TestTenant,
    more: Partial<AddAuditDestinationRequest> = {},
  ): Promise<AddAuditDestinationResponse> =>
    tenant.call(addAuditDestination, { name: 'SIEM', url: 'https://siem.example.com/', ...more }, OWNER);

  it('are seen and changed by their own tenant only', async () => {
    const { destination } = await add(t.a);
    const id = { destinationId: destination!.id };
    expect((await t.a.call(listAuditDestinations, {}, READER)).data.map((one) => one.id)).toEqual([destination!.id]);
    expect((await t.b.call(listAuditDestinations, {}, READER)).data).toEqual([]);
    for (const operation of [getAuditDestination, enableAuditDestination, removeAuditDestination]) {
      await expect(t.b.call(operation, id, OWNER)).rejects.toBeFault('not-found');
      await expect(t.a.call(operation, { destinationId: newId() }, OWNER)).rejects.toBeFault('not-found');
    }
    await expect(t.b.call(rewindAuditDestination, { ...id, from: 1n }, OWNER)).rejects.toBeFault('not-found');
    await t.a.call(removeAuditDestination, id, OWNER);
    expect(await t.a.count('audit.destination')).toBe(0);
  });

  it('are at most twenty, however many are added at once', async () => {
    const added = await Promise.allSettled(Array.from({ length: 22 }, () => add(t.a)));
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    await expect(add(t.a)).rejects.toBeFault('conflict');
    await add(t.b);
  });

  it('are added once by a request that comes twice', async () => {
    const again = { idempotencyKey: newId() };
    const facts = { ...OWNER, credentialId: newId(), actor: { kind: 'user', id: newId(), role: 'owner' } } as const;
    const wish = { name: 'SIEM', url: 'https://siem.example.com/' };
    const first = await t.a.call(addAuditDestination, wish, facts, again);
    expect(await t.a.call(addAuditDestination, wish, facts, again)).toEqual(first);
    expect(await t.a.count('audit.destination')).toBe(1);
  });

  it.each<[string, Partial<AddAuditDestinationRequest>]>([
    ['url', { url: 'http://siem.example.com/' }],
    ['url', { url: 'https://user:pw@siem.example.com/' }],
    ['url', { url: 'ftp://siem.example.com/' }],
    ['format', { format: 'csv' }],
    ['from', { from: 2n }],
    ['bearerToken', { bearerToken: 'short' }],
  ])('are not added with a wrong %s: %j', async (field, wrong) => {
    await expect(add(t.a, wrong)).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('audit.destination')).toBe(0);
  });

  it('are added by those who may configure the log', async () => {
    await expect(t.a.call(addAuditDestination, { name: 'x', url: 'https://a.example' }, READER)).rejects.toBeFault(
      'forbidden',
    );
  });
});
