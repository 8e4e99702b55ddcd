import { getProvisioning, getTenant, provisionTenantSchema, retryProvisioning } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { TenantsFixture } from '../tenants.fixture.js';
import { MAX_ASKS } from './provisioning.js';

const SWEEP = 'tenants.ask-again';

describe('Provisioning', () => {
  let t: TenantsFixture;
  beforeAll(async () => {
    t = await TenantsFixture.start();
  });
  afterAll(() => t?.stop());

  const stepsOf = async (tenantId: string): Promise<Record<string, string>> => {
    const { steps } = await t.call(getProvisioning, { tenantId });
    return Object.fromEntries(steps.map(({ name, status }) => [name, status]));
  };
  const statusOf = async (tenantId: string): Promise<string> => (await t.call(getTenant, { tenantId })).status;
  const waitedLong = (tenantId: string): Promise<unknown> =>
    t.db.admin(`update tenants.provisioning set asked_at = now() - interval '1 hour' where tenant_id = $1`, [tenantId]);

  it('shows each step while it happens', async () => {
    const { id } = await t.createWaiting();
    expect(await stepsOf(id)).toEqual({ registry: 'done', owner: 'pending', data: 'pending', settings: 'pending' });
    await t.spaceReady(id);
    expect(await stepsOf(id)).toEqual({ registry: 'done', owner: 'pending', data: 'done', settings: 'pending' });
    await t.ownerEstablished(id);
    expect(await stepsOf(id)).toEqual({ registry: 'done', owner: 'done', data: 'done', settings: 'done' });
    const { attempt, status, finishedAt } = await t.call(getProvisioning, { tenantId: id });
    expect([attempt, status, finishedAt]).toEqual([1, 'active', expect.any(Date)]);
  });

  it('shows which step failed and why, and says to everybody to undo theirs', async () => {
    const { id } = await t.createWaiting();
    await t.ownerEstablished(id);
    await t.spaceFailed(id, 'the disk is full');
    const { status, steps } = await t.call(getProvisioning, { tenantId: id });
    expect(status).toBe('failed');
    expect(steps.find(({ name }) => name === 'data')).toMatchObject({ status: 'failed', error: 'the disk is full' });
    expect((await t.events(id)).at(-1)).toMatchObject({
      name: 'TenantProvisioningFailed',
      data: { step: 'data', reason: 'the disk is full', attempt: 1 },
      meta: { actor: { kind: 'service' } },
    });
  });

  it('starts a failed one anew with another preparation, and takes no answer to the old attempt', async () => {
    const { id } = await t.createWaiting({ ownerEmail: 'first@example.com' });
    await t.ownerFailed(id, 'nobody there');
    expect(await t.call(retryProvisioning, { tenantId: id })).toMatchObject({ status: 'provisioning' });
    expect(t.identity.asked.at(-1)).toMatchObject({ tenantId: id, email: 'first@example.com' });
    expect((await t.events(id)).at(-1)).toMatchObject({ name: 'TenantRequested', data: { attempt: 2, version: '3' } });
    await t.answerAll(id, 1);
    expect(await statusOf(id)).toBe('provisioning');
    await t.answerAll(id, 2);
    expect(await statusOf(id)).toBe('active');
  });

  it('can be started anew for another owner', async () => {
    const { id } = await t.createWaiting();
    await t.ownerFailed(id, 'nobody there');
    await t.call(retryProvisioning, {
      tenantId: id,
      ownerEmail: 'second@example.com',
      ownerPassword: 'violet anchors drift',
    });
    expect(t.identity.asked.at(-1)).toMatchObject({ email: 'second@example.com', password: 'violet anchors drift' });
  });

  it('asks again when pushed, and leaves an open tenant as it is', async () => {
    const { id } = await t.createWaiting();
    await t.call(provisionTenantSchema, { tenant_id: id });
    expect(await t.eventNames(id)).toEqual(['TenantRequested', 'TenantRequested']);
    await t.answerAll(id);
    expect(await t.call(provisionTenantSchema, { tenant_id: id })).toMatchObject({ tenant_id: id, status: 'active' });
    expect(await t.eventNames(id)).toEqual(['TenantRequested', 'TenantRequested', 'TenantActivated']);
  });

  it('asks by itself for what was not answered, and leaves alone what is not late', async () => {
    const { id: late } = await t.createWaiting();
    const { id: fresh } = await t.createWaiting();
    await t.ownerEstablished(late);
    await waitedLong(late);
    await t.bus.runSchedule(SWEEP);
    await t.bus.runSchedule(SWEEP);
    expect(await t.eventNames(late)).toEqual(['TenantRequested', 'TenantRequested']);
    expect(await t.eventNames(fresh)).toEqual(['TenantRequested']);
    await t.spaceReady(late);
    expect(await statusOf(late)).toBe('active');
  });

  it('gives up what nobody ever answers', async () => {
    const { id } = await t.createWaiting();
    await t.ownerEstablished(id);
    await t.db.admin(`update tenants.provisioning_step set attempts = $2 where tenant_id = $1 and name = 'data'`, [
      id,
      MAX_ASKS,
    ]);
    await waitedLong(id);
    await t.bus.runSchedule(SWEEP);
    expect(await stepsOf(id)).toMatchObject({ owner: 'undone', data: 'failed' });
    expect(await t.eventNames(id)).toEqual(['TenantRequested', 'TenantProvisioningFailed']);
  });

  it('is not there for a tenant that is not', async () => {
    await expect(t.call(getProvisioning, { tenantId: newId() })).rejects.toBeFault('not-found');
    await expect(t.call(retryProvisioning, { tenantId: newId() })).rejects.toBeFault('not-found');
  });
});
