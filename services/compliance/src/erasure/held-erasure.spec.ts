import {
  approveErasure,
  type Erasure,
  getErasure,
  placeLegalHold,
  planErasure,
  releaseLegalHold,
} from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { ComplianceFixture } from '../compliance.fixture.js';
import { Peers } from '../places/peers.fixture.js';

const subject = [{ table: 'customers', value: '5' }];

describe('An erasure of somebody whose rows are under a legal hold', () => {
  const f = new ComplianceFixture();
  const { t, peers, clock, records } = f;
  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });

  beforeEach(() => void Object.assign(peers, new Peers()));

  const run = async (): Promise<void> => {
    clock.advanceMinutes(1);
    await t.bus.runSchedule('compliance.plans');
  };
  const approved = async (): Promise<string> => {
    const { id: erasureId, digest } = await t.a.call(planErasure, { subject }, somebody());
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    return erasureId;
  };
  const get = (erasureId: string): Promise<Erasure> => t.a.call(getErasure, { erasureId });
  const ofTenant = () => records.records.filter(({ text }) => text.length > 0).length;

  it('waits while a query finds a row of theirs, telling the ledger nothing, and goes on after the release', async () => {
    const { id: holdId } = await t.a.call(
      placeLegalHold,
      { name: 'Roe', reason: 'A claim', table: 'orders', filter: 'id=eq.10' },
      somebody(),
    );
    peers.holdsOnRows = [holdId];
    const before = ofTenant();
    const id = await approved();
    for (let turn = 0; turn < 3; turn++) await run();
    expect(await get(id)).toMatchObject({ status: 'held', problem: 'Legal hold: Roe' });
    expect([peers.erased, ofTenant()]).toEqual([[], before]);
    await t.a.call(releaseLegalHold, { holdId, reason: 'Settled' }, somebody());
    peers.holdsOnRows = [];
    await run();
    expect(await get(id)).toMatchObject({ status: 'certifying' });
    expect(peers.erased).toHaveLength(1);
  });

  it.each([
    ['address', { subjectEmail: 'Ada@Example.com' }, { email: 'ada@example.com' }],
    ['user id', { subjectUserId: 'ada' }, { userId: 'ada' }],
  ])('waits for a hold on the %s of the person, also when no privacy request is behind it', async (_, about, known) => {
    const wish = { name: 'Roe', reason: 'A claim', ...about };
    const { id: holdId } = await t.a.call(placeLegalHold, wish, somebody());
    await t.b.call(placeLegalHold, { ...wish, name: 'Foreign' }, somebody());
    const { id: erasureId, digest } = await t.a.call(planErasure, { subject, ...known }, somebody());
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    await run();
    expect(await get(erasureId)).toMatchObject({ status: 'held', problem: 'Legal hold: Roe' });
    await t.a.call(releaseLegalHold, { holdId, reason: 'Settled' }, somebody());
    await run();
    expect(peers.erased).toHaveLength(1);
  });

  it('keeps its approval when the hold came between, and is carried out once', async () => {
    const id = await approved();
    peers.refusal = new Fault('rows-held', { detail: 'Rows of orders are under a legal hold' });
    await run();
    expect(await get(id)).toMatchObject({ status: 'held', problem: expect.stringContaining('orders') });
    peers.refusal = null;
    await run();
    expect(await get(id)).toMatchObject({ status: 'certifying' });
    expect(peers.erased).toHaveLength(1);
  });
});
