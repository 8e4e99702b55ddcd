import { listLegalHolds, placeLegalHold, releaseLegalHold, type PlaceLegalHoldRequest } from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { Peers } from '../places/peers.fixture.js';
import { findActiveHolds, type HoldQuestion } from './legal-hold.table.js';

type Held = { readonly holdId: string };

const TWICE = { name: 'Roe v. Wade Ltd', reason: 'A claim was filed', table: 'orders' };
const somebodyElse: Partial<TenantContext> = { actor: { kind: 'user', id: newId(), role: 'compliance' } };

describe('Legal holds', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });
  const place = (tenant: TestTenant, more: Partial<PlaceLegalHoldRequest>, facts = somebody()) =>
    tenant.call(placeLegalHold, { name: 'Roe v. Wade Ltd', reason: 'A claim was filed', ...more }, facts);
  const namesFor = (tenant: TestTenant, question: Partial<HoldQuestion>) =>
    t.doors.tenants.transaction(testContext(tenant.id), async (tx) => {
      const found = await findActiveHolds(tx, { emails: [], userId: null, person: null, tables: [], ...question });
      return found.map(({ name }) => name);
    });

  beforeEach(() => void Object.assign(f.peers, new Peers()));

  it('keep a person, a row or a whole table, in their own tenant', async () => {
    await place(t.a, { name: 'person', subjectEmail: 'Ada@Example.com' });
    await place(t.a, { name: 'row', table: 'customers', subjectKey: '42' });
    await place(t.a, { name: 'table', table: 'invoices' });
    await place(t.b, { name: 'foreign', table: 'invoices' });
    const person = { table: 'customers', key: '42' };
    expect(await namesFor(t.a, { emails: ['Ada@example.com'] })).toEqual(['person']);
    expect(await namesFor(t.a, { person, tables: ['customers', 'orders'] })).toEqual(['row']);
    expect(await namesFor(t.a, { person: { ...person, key: '43' }, tables: ['customers'] })).toEqual([]);
    expect(await namesFor(t.a, { tables: ['customers', 'invoices'] })).toEqual(['table']);
    expect(await namesFor(t.b, { emails: ['ada@example.com'], userId: 'ada', person, tables: ['customers'] })).toEqual(
      [],
    );
    expect(await namesFor(t.a, {})).toEqual([]);
  });

  it('hold rows in the data service before they are placed, and are not placed when it holds none', async () => {
    const wish = { table: 'orders', filter: 'status=eq.disputed' };
    const hold = await place(t.a, wish);
    expect(hold).toMatchObject({ ...wish, rowsWhenPlaced: 7n });
    expect(f.peers.held.at(-1)).toEqual({ holdId: hold.id, ...wish, subjectKey: null, tenantId: t.a.id });
    expect((await t.a.call(listLegalHolds, {})).data).toEqual([hold]);
    f.peers.holdRefusal = new Fault('invalid-input', { field: 'filter', detail: 'orders has no column status' });
    await expect(place(t.a, wish)).rejects.toBeFault('invalid-input', { field: 'filter' });
    expect(await t.a.count('compliance.legal_hold')).toBe(1);
  });

  it('let go of rows that were held for a hold that then was not placed', async () => {
    await t.database.setStatus(t.a.id, 'deactivated');
    await expect(place(t.a, { table: 'orders' })).rejects.toBeInstanceOf(Fault);
    await t.database.setStatus(t.a.id, 'active');
    expect(f.peers.letGo).toMatchObject([{ tenantId: t.a.id }]);
    expect(f.peers.letGo).toMatchObject((f.peers.held as Held[]).map(({ holdId }) => ({ holdId })));
    const repeat = () => t.a.call(placeLegalHold, TWICE, somebodyElse, { idempotencyKey: 'the same' });
    const [first, again] = [await repeat(), await repeat()];
    expect(again).toEqual(first);
    expect(f.peers.letGo).toHaveLength(2);
    expect(f.peers.letGo).not.toContainEqual(expect.objectContaining({ holdId: first.id }));
    expect(await t.a.count('compliance.legal_hold')).toBe(1);
  });

  describe('that are in force', () => {
    const renewed = async () => (await t.outbox()).filter(({ type }) => type === 'LegalHoldRenewed');
    const run = () => t.bus.runSchedule('compliance.holds');
    const forgetTold = () => t.database.admin('update compliance.legal_hold set told_at = null');
    const idsOf = (told: readonly object[]) => told.map((one) => (one as Held).holdId);

    it('are told again to whoever keeps to them: once, whatever table or person they are about', async () => {
      const holds = [
        await place(t.a, { table: 'orders', filter: 'id=eq.1' }),
        await place(t.a, { subjectEmail: 'ada@example.com' }),
        await place(t.b, { table: 'orders' }),
      ];
      f.peers.held.length = 0;
      f.peers.heldConversations.length = 0;
      await run();
      const mine = (ids: readonly string[]) => ids.filter((id) => holds.some((hold) => hold.id === id));
      expect(mine(idsOf(await renewed())).toSorted()).toEqual(holds.map(({ id }) => id).toSorted());
      for (const told of [f.peers.held, f.peers.heldConversations])
        expect(mine(idsOf(told as object[])).toSorted()).toEqual([holds[0]!.id, holds[2]!.id].toSorted());
      await run();
      expect(mine(idsOf(await renewed()))).toHaveLength(3);
      await forgetTold(); // as a restored database has it
      await run();
      expect(mine(idsOf(await renewed()))).toHaveLength(6);
    });

    it('are not told of once they are released, also when that happens meanwhile', async () => {
      const { id: holdId } = await place(t.a, { table: 'orders' });
      const call = jest.spyOn(f.peers, 'call').mockImplementationOnce(async () => {
        await t.a.call(releaseLegalHold, { holdId, reason: 'Settled' }, somebody());
        return { rows: 0n } as never;
      });
      await t.database.admin(`update compliance.legal_hold set told_at = now() + interval '1 day' where id <> $1`, [
        holdId,
      ]);
      await run();
      call.mockRestore();
      expect(idsOf(await renewed())).not.toContain(holdId);
    });

    it('are told of later when the data service does not answer, and of a table that is gone without it', async () => {
      const [gone, other] = [await place(t.a, { table: 'orders' }), await place(t.a, { table: 'leads' })];
      f.peers.holdRefusal = new Fault('unavailable');
      await run();
      expect(idsOf(await renewed())).not.toContain(gone.id);
      f.peers.holdRefusal = new Fault('invalid-input', { field: 'table', detail: 'There is no table orders' });
      await run();
      expect(idsOf(await renewed())).toEqual(expect.arrayContaining([gone.id, other.id]));
    });
  });

  it('hold conversations with agents before they are placed, about people and of members', async () => {
    const ofTable = await place(t.a, { table: 'orders', filter: 'status=eq.disputed' });
    const ofMember = await place(t.a, { name: 'member', subjectUserId: 'ada' });
    const ofAddress = await place(t.a, { subjectEmail: 'ada@example.com' });
    expect(f.peers.heldConversations.slice(-2)).toEqual([
      { holdId: ofTable.id, table: 'orders', subjectKey: null, isQuery: true, ownerId: null, tenantId: t.a.id },
      { holdId: ofMember.id, table: null, subjectKey: null, isQuery: false, ownerId: 'ada', tenantId: t.a.id },
    ]);
    expect([ofTable, ofMember, ofAddress].map((hold) => hold.conversationsWhenPlaced)).toEqual([2n, 2n, null]);
    expect(await namesFor(t.a, { userId: 'ada' })).toEqual(['member']);
    expect(await namesFor(t.b, { userId: 'ada' })).toEqual([]);
  });

  it('by query hold the erasures of people whose rows match, and no other table or tenant', async () => {
    const { id } = await place(t.a, { name: 'query', table: 'customers', filter: 'id=eq.42' });
    expect(await namesFor(t.a, { tables: ['customers'] })).toEqual([]);
    expect(await namesFor(t.a, { ids: [id] })).toEqual(['query']);
    expect(await namesFor(t.b, { ids: [id] })).toEqual([]);
  });

  it('end when somebody else than who placed them says so, once', async () => {
    const [placer, other] = [somebody(), somebody()];
    const { id: holdId } = await place(t.a, { table: 'invoices' }, placer);
    const release = (facts: Partial<TenantContext>, tenant = t.a) =>
      tenant.call(releaseLegalHold, { holdId, reason: 'Settled out of court' }, facts);
    await expect(release(placer)).rejects.toBeFault('forbidden');
    await expect(release(other, t.b)).rejects.toBeFault('not-found');
    await expect(release({ ...other, permissions: ['compliance.write'] })).rejects.toBeFault('forbidden');
    expect(await namesFor(t.a, { tables: ['invoices'] })).toHaveLength(1);
    const released = await release(other);
    expect(released).toMatchObject({ releaseReason: 'Settled out of court', releasedBy: other.actor?.id });
    expect(await namesFor(t.a, { tables: ['invoices'] })).toEqual([]);
    await expect(release(other)).rejects.toBeFault('conflict');
    expect((await t.outbox()).filter(({ type }) => type === 'LegalHoldReleased')).toMatchObject([{ holdId }]);
  });

  it('are listed page by page, with their reasons in clear for who may read, and nowhere else', async () => {
    const [first, second] = [
      await place(t.a, { table: 'invoices' }),
      await place(t.a, { subjectEmail: 'ada@example.com' }),
    ];
    await place(t.b, { table: 'invoices' });
    const page = await t.a.call(listLegalHolds, { limit: 1, active: true });
    const rest = await t.a.call(listLegalHolds, { limit: 1, active: true, cursor: page.nextCursor });
    expect([...page.data, ...rest.data]).toEqual([second, first]);
    expect(second.reason).toBe('A claim was filed');
    expect(await t.a.call(listLegalHolds, { active: false })).toBeEmptyPage();
    await expect(t.b.call(listLegalHolds, { active: true, cursor: page.nextCursor })).rejects.toBeFault(
      'invalid-cursor',
    );
    const kept = await t.database.admin('select reason from compliance.legal_hold where tenant_id = $1', [t.a.id]);
    expect(JSON.stringify([kept, await t.outbox()])).not.toMatch(/claim was filed|ada@example/);
  });

  it.each([
    [{}, 'subjectEmail'],
    [{ subjectEmail: 'ada@example.com', subjectKey: '42' }, 'table'],
    [{ table: 'Robert"; drop' }, 'table'],
    [{ subjectEmail: 'ada@example.com', filter: 'id=eq.42' }, 'filter'],
    [{ table: 'customers', subjectKey: '42', filter: 'id=eq.42' }, 'filter'],
  ])('are refused for %j', async (wish, field) => {
    await expect(place(t.a, wish)).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('compliance.legal_hold')).toBe(0);
  });

  it('are never deleted, not even by the login of the service', async () => {
    const [right] = await t.database.admin<{ may: boolean }>(
      `select has_table_privilege('compliance_service', 'compliance.legal_hold', 'delete') as may`,
    );
    expect(right?.may).toBe(false);
  });
});
