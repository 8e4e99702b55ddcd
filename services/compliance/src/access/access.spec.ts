import {
  type Access,
  type AccessLink,
  collectAccess,
  completeAccessTask,
  downloadAccessBundle,
  fulfilPrivacyRequest,
  getAccess,
  getPrivacyRequest,
  planAccess,
  type PlanAccessRequest,
  releaseAccess,
} from '@tenantry/contracts';
import { testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { Peers } from '../places/peers.fixture.js';

const subject = [{ table: 'customers', value: '5' }];

describe('A copy of a person’s data', () => {
  const f = new ComplianceFixture();
  const { t, peers, clock } = f;

  beforeEach(() => void Object.assign(peers, new Peers()));

  const run = (): Promise<void> => t.bus.runSchedule('compliance.plans');
  const get = (accessId: string, tenant: TestTenant = t.a): Promise<Access> => tenant.call(getAccess, { accessId });
  const collecting = async (more: Partial<PlanAccessRequest> = {}): Promise<Access> => {
    const { id: accessId, digest } = await t.a.call(planAccess, { subject, ...more });
    return t.a.call(collectAccess, { accessId, digest });
  };
  const doTasks = async ({ id: accessId }: Access): Promise<Access> => {
    for (const { position } of (await get(accessId)).places.filter(
      ({ kind, status }) => kind === 'task' && status === 'waiting',
    )) {
      await t.a.call(completeAccessTask, { accessId, position: BigInt(position), finding: 'Nothing was found.' });
    }
    return get(accessId);
  };
  const released = async (): Promise<AccessLink> => {
    const access = await collecting();
    await run();
    await doTasks(access);
    return t.a.call(releaseAccess, { accessId: access.id });
  };
  /** As the person does, who says no tenant. */
  const fetch = async ({ token, code }: Pick<AccessLink, 'token' | 'code'>): Promise<string> => {
    const anybody = testContext(t.b.id, { actor: { kind: 'anonymous', id: 'anonymous', role: null }, permissions: [] });
    const { fault, body } = await t.bus.send(downloadAccessBundle, JSON.stringify({ token, code }), anybody);
    if (body) await Array.fromAsync(body);
    return fault?.reason ?? 'given';
  };
  const customers = ({ places }: Access) => places.find(({ place }) => place === 'customers');

  it('is collected from the beginning again when it broke off, and no row is in it twice', async () => {
    const { id } = await collecting();
    peers.breakAfter = 2;
    await run();
    expect(customers(await get(id))).toMatchObject({ status: 'waiting', collected: null });
    peers.breakAfter = Number.POSITIVE_INFINITY;
    clock.advanceMinutes(1);
    await run();
    expect(customers(await get(id))).toMatchObject({ status: 'done', collected: 3n });
    expect(
      await t.database.admin('select distinct attempt from compliance.bundle_piece where plan_id = $1', [id]),
    ).toEqual([{ attempt: 2 }]);
  });

  it('has a task for a place that can not be reached, and is not released before somebody did it', async () => {
    const access = await collecting();
    peers.isDown = true;
    for (let tries = 0; tries < 5; tries++) {
      await run();
      clock.advanceMinutes(10);
    }
    expect(customers(await get(access.id))).toMatchObject({
      kind: 'task',
      status: 'waiting',
      reason: expect.stringMatching(/by hand/),
    });
    await expect(t.a.call(releaseAccess, { accessId: access.id })).rejects.toBeFault('conflict');
    expect(await doTasks(access)).toMatchObject({ status: 'review' });
  });

  it('is kept sealed: neither the person nor their rows are in the database or in events in clear', async () => {
    await collecting();
    await run();
    const kept = await t.database.admin(
      `select subject from compliance.subject_plan union all select sealed from compliance.bundle_piece`,
    );
    expect(JSON.stringify([kept, await t.outbox()])).not.toMatch(/"n1|value\W+5\b/);
  });

  it('is collected as it was looked at, and by nobody else', async () => {
    const { id: accessId, digest } = await t.a.call(planAccess, { subject });
    await expect(t.a.call(collectAccess, { accessId, digest: 'another' })).rejects.toBeFault('conflict', {
      field: 'digest',
    });
    await expect(t.b.call(collectAccess, { accessId, digest })).rejects.toBeFault('not-found');
    expect((await get(accessId)).status).toBe('planned');
  });

  it('is given once, for as long as its link lasts', async () => {
    const link = await released();
    expect(await fetch(link)).toBe('given');
    expect(await fetch(link)).toBe('not-found');
    const late = await released();
    clock.advanceDays(6);
    expect(await fetch(late)).toBe('not-found');
  });

  it('is given to nobody any more after five wrong codes', async () => {
    const link = await released();
    const wrong = { ...link, code: link.code === '00000000' ? '11111111' : '00000000' };
    for (let tries = 0; tries < 5; tries++) expect(await fetch(wrong)).toBe('not-found');
    expect(await fetch(link)).toBe('not-found');
  });

  it('is not released while the person of its request is not verified', async () => {
    const { id: requestId } = await f.open(t.a);
    const access = await collecting({ requestId });
    await run();
    await doTasks(access);
    await expect(t.a.call(releaseAccess, { accessId: access.id })).rejects.toBeFault('conflict');
  });

  it('tells at its request how far it is, and the request is not fulfilled before it is done', async () => {
    const { id: requestId } = await f.open(t.a, { type: 'gdpr_access' });
    await t.database.admin('update compliance.privacy_request set verified_level = 2 where id = $1', [requestId]);
    const execution = async () => (await t.a.call(getPrivacyRequest, { requestId })).executionStatus;
    const fulfilment = { requestId, outcome: 'fulfilled', evidence: 'The copy', explanation: 'Here it is.' };
    const access = await collecting({ requestId });
    expect(await execution()).toBe('running');
    await expect(t.a.call(fulfilPrivacyRequest, fulfilment)).rejects.toBeFault('conflict');
    await run();
    await doTasks(access);
    expect(await execution()).toBe('blocked'); // somebody has to look at it
    await t.a.call(releaseAccess, { accessId: access.id });
    expect(await execution()).toBe('done');
    expect(await t.a.call(fulfilPrivacyRequest, fulfilment)).toMatchObject({ legalStatus: 'fulfilled' });
  });

  it('is forgotten in time', async () => {
    await released();
    await t.bus.runSchedule('compliance.copies');
    expect(await t.a.count('compliance.bundle_piece')).toBe(1);
    clock.advanceDays(61);
    await t.bus.runSchedule('compliance.copies');
    expect(await t.a.count('compliance.bundle_piece')).toBe(0);
  });
});
