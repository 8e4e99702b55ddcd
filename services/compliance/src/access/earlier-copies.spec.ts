import {
  type Access,
  approveErasure,
  collectAccess,
  completeAccessTask,
  downloadAccessBundle,
  type Erasure,
  getAccess,
  getErasure,
  planAccess,
  planErasure,
  releaseAccess,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { Peers } from '../places/peers.fixture.js';
import { Pieces } from './piece.table.js';

const person = (value: string) => [{ table: 'customers', value }];

describe('Copies of a person’s data that were made before their erasure', () => {
  const f = new ComplianceFixture();
  const { t, peers } = f;

  beforeEach(() => void Object.assign(peers, new Peers()));

  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });
  const run = (): Promise<void> => t.bus.runSchedule('compliance.plans');
  const get = (accessId: string, tenant: TestTenant = t.a): Promise<Access> => tenant.call(getAccess, { accessId });
  const planned = (value: string, tenant: TestTenant): Promise<Access> =>
    tenant.call(planAccess, { subject: person(value) });
  const collecting = async (value: string, tenant: TestTenant): Promise<Access> => {
    const { id: accessId, digest } = await planned(value, tenant);
    return tenant.call(collectAccess, { accessId, digest });
  };
  const released = async (value: string, tenant = t.a): Promise<{ id: string; token: string; code: string }> => {
    const { id: accessId } = await collecting(value, tenant);
    await run();
    for (const { position } of (await get(accessId, tenant)).places.filter(({ status }) => status === 'waiting')) {
      await tenant.call(completeAccessTask, { accessId, position: BigInt(position), finding: 'A letter from Ann.' });
    }
    return { id: accessId, ...(await tenant.call(releaseAccess, { accessId })) };
  };
  const fetch = async ({ token, code }: { token: string; code: string }): Promise<string> => {
    const anybody = testContext(t.b.id, { actor: { kind: 'anonymous', id: 'anonymous', role: null }, permissions: [] });
    const { fault, body } = await t.bus.send(downloadAccessBundle, JSON.stringify({ token, code }), anybody);
    if (body) await Array.fromAsync(body);
    return fault?.reason ?? 'given';
  };
  const erase = async (value: string): Promise<Erasure> => {
    const { id: erasureId, digest } = await t.a.call(planErasure, { subject: person(value) }, somebody());
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    await run();
    return t.a.call(getErasure, { erasureId });
  };
  const pieces = (planId: string): Promise<object[]> =>
    t.database.admin('select number from compliance.bundle_piece where plan_id = $1', [planId]);

  it('are shown in its plan and go with it: pieces, findings, links, and whose they were', async () => {
    const [copy, ofAnother, inB] = [await released('5'), await released('6'), await released('5', t.b)];
    const { places } = await erase('5');
    expect(places).toContainEqual(expect.objectContaining({ place: 'compliance.bundle_piece', rows: 1n }));
    expect(await get(copy.id)).toMatchObject({ status: 'erased', subject: [] });
    expect(await pieces(copy.id)).toEqual([]);
    expect(
      await t.database.admin('select finding from compliance.plan_place where plan_id = $1 and finding is not null', [
        copy.id,
      ]),
    ).toEqual([]);
    expect(await fetch(copy)).toBe('not-found');
    const said = await t.database.admin<{ places: object[] }>(
      "select result #> '{services,places}' as places from compliance.subject_plan where kind = 'erasure' and tenant_id = $1",
      [t.a.id],
    );
    expect(said[0]?.places).toContainEqual(expect.objectContaining({ place: 'compliance.bundle_piece', rows: '1' }));
    await expect(t.a.call(releaseAccess, { accessId: copy.id })).rejects.toBeFault('conflict');
    expect([await fetch(ofAnother), await fetch(inB)]).toEqual(['given', 'given']);
  });

  it('take nothing in any more, when they were being collected', async () => {
    const { id } = await collecting('5', t.a);
    await erase('5');
    await run();
    const late = t.bus
      .get(Pieces)
      .add(testContext(t.a.id), { planId: id, position: 0, attempt: 1 }, 0, Buffer.from('{}'));
    await expect(late).rejects.toBeFault('conflict');
    expect(await pieces(id)).toEqual([]);
    expect((await get(id)).status).toBe('erased');
  });
});
