import { getTreeHead, MemberRemoved, MemberRoleChanged, proveChange } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { auditTenants } from '../testing/audit.fixture.js';

const JOB = { actor: { kind: 'service', id: 'compliance', role: null }, purpose: 'compliance' } as const;

describe('Evidence for access reviews', () => {
  const t = auditTenants();
  const since = new Date('2020-01-01T00:00:00Z');
  const record = (tenant: TestTenant, event: object, personId: string, requestId: string) => {
    const meta = {
      ...{ tenantId: tenant.id, actor: JOB.actor, onBehalfOf: newId(), requestId, clientIp: null, userAgent: null },
      ...{ credentialId: null, action: 'access.ended', operation: 'EndMemberAccess', platformActor: false, version: 1 },
    };
    const changes = [{ resource: 'member', id: personId, action: 'delete' as const, old: { role: 'staff' } }];
    return t.bus.deliverBatch('audit.log', [{ event, tenantId: tenant.id, facts: { changes, meta } }]);
  };
  const prove = (tenant: TestTenant, resourceId: string, more: object = {}) =>
    tenant.call(proveChange, { resource: 'member', resourceId, event: 'MemberRemoved', since, ...more }, JOB);

  it('is the entry by which something happened, with its proof, once it is signed', async () => {
    const personId = newId();
    await expect(prove(t.a, personId)).rejects.toBeFault('unavailable');
    await record(t.a, new MemberRoleChanged({ personId, oldRole: 'staff', role: 'customer' }), personId, 'another');
    await expect(prove(t.a, personId)).rejects.toBeFault('unavailable');
    await record(t.a, new MemberRemoved({ personId, role: 'customer' }), personId, 'the decision');
    await expect(prove(t.a, personId)).rejects.toBeFault('conflict');
    await t.sign();
    const proven = await prove(t.a, personId, { requestId: 'the decision' });
    expect(proven).toMatchObject({ action: 'access.ended', proof: { sequence: 2n, checkpoint: { size: 2n } } });
    expect(proven.proof.hashes).toHaveLength(1);
  });

  it('is of one tenant, one request and no older time', async () => {
    const personId = newId();
    await record(t.a, new MemberRemoved({ personId, role: 'staff' }), personId, 'the decision');
    await record(t.b, new MemberRemoved({ personId: newId(), role: 'staff' }), newId(), 'the decision');
    await t.sign();
    await expect(prove(t.b, personId)).rejects.toBeFault('unavailable');
    await expect(prove(t.a, personId, { requestId: 'another' })).rejects.toBeFault('unavailable');
    await expect(prove(t.a, personId, { since: new Date('2099-01-01T00:00:00Z') })).rejects.toBeFault('unavailable');
  });

  it('is also the head of the tenant’s own log, once it has one', async () => {
    await expect(t.a.call(getTreeHead, {}, JOB)).rejects.toBeFault('unavailable');
    const personId = newId();
    await record(t.a, new MemberRemoved({ personId, role: 'staff' }), personId, 'one');
    await t.sign();
    expect(await t.a.call(getTreeHead, {}, JOB)).toMatchObject({
      size: 1n,
      note: expect.stringContaining(t.a.id) as string,
    });
    await expect(t.b.call(getTreeHead, {}, JOB)).rejects.toBeFault('unavailable');
  });
});
