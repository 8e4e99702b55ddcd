import {
  approveErasure,
  completeErasureTask,
  type Erasure,
  getErasure,
  placeLegalHold,
  planErasure,
  planSubjectRows,
} from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture, MemoryLedger } from '../compliance.fixture.js';
import { Peers } from '../places/peers.fixture.js';

const subject = [{ table: 'customers', value: '5' }];

describe('The ledger of erasures', () => {
  const f = new ComplianceFixture();
  const { t, peers, records, clock } = f;
  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });

  beforeEach(async () => {
    Object.assign(peers, new Peers());
    Object.assign(records, new MemoryLedger());
    await restore();
  });

  const run = (): Promise<void> => t.bus.runSchedule('compliance.plans');
  const compare = (): Promise<void> => t.bus.runSchedule('compliance.tombstones');
  const get = (erasureId: string, tenant: TestTenant = t.a): Promise<Erasure> => tenant.call(getErasure, { erasureId });
  const approve = async (tenant: TestTenant = t.a): Promise<string> => {
    const { id: erasureId, digest } = await tenant.call(planErasure, { subject }, somebody());
    await tenant.call(approveErasure, { erasureId, digest }, somebody());
    return erasureId;
  };
  const carryOut = async (tenant?: TestTenant): Promise<string> => {
    const erasureId = await approve(tenant);
    await run();
    return erasureId;
  };
  /** As a backup from before any erasure has it. */
  const restore = async (): Promise<void> => {
    for (const table of ['plan_place', 'subject_plan', 'tombstone', 'ledger_mark']) {
      await t.database.admin(`delete from compliance.${table}`);
    }
    peers.erased.length = 0;
  };
  const repetitions = (): Promise<{ id: string; repeats: string; status: string; tenant_id: string }[]> =>
    t.database.admin('select id, repeats, status, tenant_id from compliance.subject_plan where repeats is not null');

  it('has an erasure before anything is erased: while it is down, nothing is, and then it goes on', async () => {
    records.isDown = true;
    const id = await approve();
    await expect(run()).resolves.toBeUndefined();
    expect(peers.erased).toEqual([]);
    records.isDown = false;
    clock.advanceMinutes(1);
    await run();
    expect(peers.erased).toMatchObject([{ erasureId: id }]);
    expect(records.records).toHaveLength(1);
  });

  it('says nothing of the person in clear', async () => {
    await carryOut();
    const [{ id, text }] = records.records as unknown as [{ id: string; text: string }];
    expect(JSON.parse(f.ledger.open(id, text))).toMatchObject({ person: { keys: subject }, tenantId: t.a.id });
    expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('customers');
    expect(() => f.ledger.open(newId(), text)).toThrow('no master key opens');
  });

  it('has a restored database erased from again, once, for the tenant whose person it was', async () => {
    const id = await carryOut();
    await compare();
    expect(await repetitions()).toEqual([]);
    await restore();
    await compare();
    await run();
    await compare();
    await run();
    expect(peers.erased).toMatchObject([{ tenantId: t.a.id, subject }]);
    const [again, ...more] = await repetitions();
    expect(more).toEqual([]);
    expect(again).toMatchObject({ repeats: id, tenant_id: t.a.id });
    expect(await get(again!.id)).toMatchObject({ repeats: id, status: 'certifying' });
    await expect(get(again!.id, t.b)).rejects.toBeFault('not-found');
    expect(records.records).toHaveLength(1);
  });

  it('leaves alone what a database that is only a little older is still doing itself', async () => {
    peers.refusal = new Fault('unavailable');
    const id = await carryOut();
    expect(records.records).toHaveLength(1);
    await compare();
    peers.refusal = null;
    clock.advanceMinutes(1);
    await run();
    expect(peers.erased).toMatchObject([{ erasureId: id }]);
    expect(await repetitions()).toEqual([]);
  });

  it('does not repeat an erasure that was refused before anything was erased', async () => {
    peers.refusal = new Fault('conflict', { detail: 'The tables have changed' });
    const id = await carryOut();
    expect(await get(id)).toMatchObject({ status: 'planned', problem: 'The tables have changed' });
    peers.refusal = null;
    await restore();
    await compare();
    expect(await repetitions()).toEqual([]);
  });

  it('repeats an erasure that was refused once and carried out later', async () => {
    peers.refusal = new Fault('conflict', { detail: 'The tables have changed' });
    const erasureId = await carryOut();
    peers.refusal = null;
    const { digest } = await get(erasureId);
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    await run();
    await restore();
    await compare();
    expect(await repetitions()).toMatchObject([{ repeats: erasureId }]);
  });

  it('waits for the data service, and forgets no erasure meanwhile', async () => {
    await carryOut();
    await carryOut(t.b);
    await restore();
    peers.isDown = true;
    await expect(compare()).rejects.toBeFault('unavailable');
    peers.isDown = false;
    await compare();
    expect((await repetitions()).map(({ tenant_id }) => tenant_id).toSorted()).toEqual([t.a.id, t.b.id].toSorted());
  });

  it('leaves out what the restored tables do not know, and notes an erasure of which nothing is there', async () => {
    await carryOut();
    await restore();
    const call = peers.call.bind(peers);
    const asking = jest.spyOn(peers, 'call').mockImplementation((operation, input, ctx) => {
      const isAboutRows = operation.name === planSubjectRows.name;
      return isAboutRows
        ? Promise.reject(new Fault('invalid-input', { field: 'subject[0].table' }))
        : call(operation, input, ctx);
    });
    await compare();
    asking.mockRestore();
    await compare();
    expect(await repetitions()).toEqual([]);
  });

  it('leaves to people what nobody decided', async () => {
    await carryOut();
    await restore();
    peers.places = [...peers.places, { ...peers.places[0]!, table: 'notes', erase: 'manual', reason: 'Choose' }];
    await compare();
    await run();
    const [again] = await repetitions();
    expect(again).toMatchObject({ status: 'planned' });
    expect(await get(again!.id)).toMatchObject({ problem: expect.stringContaining('notes') });
    expect(peers.erased).toEqual([]);
  });

  it('yields to a legal hold that the restored database has', async () => {
    await carryOut();
    await restore();
    await t.a.call(placeLegalHold, { name: 'Roe', reason: 'A claim', table: 'customers', subjectKey: '5' }, somebody());
    await compare();
    await run();
    expect(peers.erased).toEqual([]);
    expect(await repetitions()).toMatchObject([{ status: 'held' }]);
  });

  it('is filled from the database when it was lost, and that database can be restored too', async () => {
    const ids = [await carryOut(), await carryOut(t.b)];
    await compare();
    Object.assign(records, new MemoryLedger(), { made: 'another' });
    await compare();
    expect(records.records).toHaveLength(2);
    await restore();
    await compare();
    expect((await repetitions()).map(({ repeats }) => repeats).toSorted()).toEqual(ids.toSorted());
  });

  it('has every erasure carried out again, once, when an operator wants it', async () => {
    const ids = [await carryOut(), await carryOut(t.b)];
    await compare();
    peers.erased.length = 0;
    await f.ledger.append(newId(), { kind: 'again', at: clock.now().toISOString() });
    for (let turns = 0; turns < 4; turns++) await compare();
    await run();
    expect((await repetitions()).map(({ repeats }) => repeats).toSorted()).toEqual(ids.toSorted());
    expect(peers.erased.map(({ tenantId }) => tenantId).toSorted()).toEqual([t.a.id, t.b.id].toSorted());
  });

  it('lets a repetition end in a certificate like any erasure, once the tasks are done again', async () => {
    await carryOut();
    await restore();
    await compare();
    await run();
    const [{ id: erasureId }] = (await repetitions()) as unknown as [{ id: string }];
    for (const { position } of (await get(erasureId)).places.filter(({ kind }) => kind === 'task')) {
      await t.a.call(completeErasureTask, { erasureId, position: BigInt(position), finding: 'Nothing.' }, somebody());
    }
    await run();
    expect(await get(erasureId)).toMatchObject({ status: 'done' });
  });
});
