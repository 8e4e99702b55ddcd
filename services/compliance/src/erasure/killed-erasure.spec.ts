import {
  approveErasure,
  completeErasureTask,
  getErasure,
  getErasureCertificate,
  planErasure,
  type Erasure,
  type PersonPlace,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import type { Mortal } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { deaths, dying } from '../killed.fixture.js';
import { Peers } from '../places/peers.fixture.js';

const subject = [{ table: 'customers', value: '5' }];
const email = 'ada@example.com';
/** Of the run that follows an approval: commits, calls and the entry of the ledger. */
const RUN_STEPS = 13;
/** Of the repetition in a restored database. */
const REPEAT_STEPS = 20;

describe('An erasure of which the process is killed', () => {
  const f = new ComplianceFixture();
  const { t, peers, clock, records } = f;
  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });
  const place = (name: string): PersonPlace => ({
    ...{ place: name, rows: 1n, action: 'delete', reason: null },
    columns: [{ name: 'email', classification: 'personal' }],
  });

  beforeEach(() => {
    Object.assign(peers, new Peers());
    records.records = [];
    records.made = newId();
    peers.services = { identity: [place('identity.membership')], billing: [place('billing.contact')] };
  });

  const run = (): Promise<void> => t.bus.runSchedule('compliance.plans');
  const get = (erasureId: string): Promise<Erasure> => t.a.call(getErasure, { erasureId });
  const approved = async (): Promise<string> => {
    const { id: erasureId, digest, places } = await t.a.call(planErasure, { subject, email }, somebody());
    for (const { position } of places.filter(({ status }) => status === 'waiting')) {
      await t.a.call(completeErasureTask, { erasureId, position: BigInt(position), finding: 'Done.' }, somebody());
    }
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    return erasureId;
  };
  const goOn = async (turns = 4): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) {
      clock.advanceMinutes(6);
      await run();
    }
  };
  /** What happened of an erasure: each thing that must happen once, and by which names others were asked. */
  const outcome = async (erasureId: string) => {
    const events = (await t.outbox()).filter(
      (event) => event['erasureId'] === erasureId || event['planId'] === erasureId,
    );
    const erased = events.filter(({ type }) => type === 'SubjectErased').length;
    const done = events.filter(({ type, status }) => type === 'SubjectPlanChanged' && status === 'done').length;
    return { erased, done, asked: [...new Set(peers.erased.map((one) => one.erasureId))] };
  };
  /** Whether the ledger knew of the erasure each time that rows were to go. */
  const watchLedger = (): (() => boolean) => {
    const told: number[] = [];
    jest.spyOn(peers.erased, 'push').mockImplementation((...some) => {
      told.push(records.records.length);
      return Array.prototype.push.apply(peers.erased, some);
    });
    return () => told.length > 0 && told.every((entries) => entries > 0);
  };

  it.each(deaths(RUN_STEPS))('ends in one certificate, when that is at step %i, %s it is done', async (step, dies) => {
    const id = await approved();
    const toldBefore = watchLedger();
    await dying(f, async (process) => {
      process.dieAt(step, dies);
      await run();
      expect(process.steps).toBeGreaterThanOrEqual(step);
      process.revive();
      await goOn();
    });
    expect(await get(id)).toMatchObject({ status: 'done', problem: null });
    expect(await t.a.call(getErasureCertificate, { erasureId: id })).toMatchObject({ note: 'a note' });
    expect(await outcome(id)).toEqual({ erased: 1, done: 1, asked: [id] });
    expect(new Set(peers.erasedBy.map(({ service }) => service))).toEqual(new Set(['identity', 'billing']));
    expect(await t.a.count('compliance.tombstone')).toBe(1);
    expect(toldBefore()).toBe(true);
  });

  it('has as many steps as it is killed at', async () => {
    const id = await approved();
    await dying(f, async (process) => {
      await run();
      expect(process.steps).toBe(RUN_STEPS);
    });
    expect((await get(id)).status).toBe('done');
  });

  it.each(['before', 'after'] as const)(
    'is planned once or not at all, when that is %s its plan is kept',
    async (dies) => {
      await dying(f, async (process) => {
        process.dieAt(await stepsOf(process, () => t.b.call(planErasure, { subject, email }, somebody())), dies);
        await expect(t.a.call(planErasure, { subject, email }, somebody())).rejects.toBeDefined();
      });
      expect(await t.a.count('compliance.subject_plan')).toBe(dies === 'before' ? 0 : 1);
      await goOn(1);
      expect(peers.erased).toEqual([]);
    },
  );

  it.each(['before', 'after'] as const)('is approved or is not, when that is %s its approval is kept', async (dies) => {
    const { id: erasureId, digest, places } = await t.a.call(planErasure, { subject, email }, somebody());
    for (const { position } of places.filter(({ status }) => status === 'waiting')) {
      await t.a.call(completeErasureTask, { erasureId, position: BigInt(position), finding: 'Done.' }, somebody());
    }
    await dying(f, async (process) => {
      process.dieAt(1, dies);
      await expect(t.a.call(approveErasure, { erasureId, digest }, somebody())).rejects.toBeDefined();
    });
    await goOn();
    expect((await get(erasureId)).status).toBe(dies === 'before' ? 'planned' : 'done');
    expect(peers.erased).toHaveLength(dies === 'before' ? 0 : 1);
  });

  describe('and that is carried out again, because the database was restored', () => {
    const restored = async (): Promise<string> => {
      const id = await approved();
      await goOn();
      for (const table of ['plan_place', 'subject_plan', 'tombstone', 'ledger_mark'])
        await t.database.admin(`delete from compliance.${table}`);
      peers.erased.length = 0;
      return id;
    };
    const repeat = (): Promise<void> => t.bus.runSchedule('compliance.tombstones');

    it.each(deaths(REPEAT_STEPS))('is repeated when that is at step %i, %s it is done', async (step, dies) => {
      const id = await restored();
      await dying(f, async (process) => {
        process.dieAt(step, dies);
        await repeat().catch(() => undefined); // the process died
        await run();
        process.revive();
        await repeat();
        await goOn();
      });
      const plans = await t.database.admin<{ id: string; status: string }>(
        'select id, status from compliance.subject_plan where tenant_id = $1 and repeats = $2',
        [t.a.id, id],
      );
      expect(plans.map(({ status }) => status)).toEqual(['done']);
      expect(new Set(peers.erased.map(({ erasureId }) => erasureId))).toEqual(new Set([plans[0]!.id]));
    });

    it('has as many steps as it is killed at', async () => {
      await restored();
      await dying(f, async (process) => {
        await repeat();
        await run();
        expect(process.steps).toBe(REPEAT_STEPS);
      });
    });
  });
});

/** How many steps something takes. */
async function stepsOf(process: Mortal, work: () => Promise<unknown>): Promise<number> {
  process.dieAt(Infinity, 'after');
  await work();
  return process.steps;
}
