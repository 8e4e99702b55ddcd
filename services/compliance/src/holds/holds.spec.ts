import { listLegalHolds, placeLegalHold, releaseLegalHold, type PlaceLegalHoldRequest } from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { findActiveHolds, type HoldQuestion } from './legal-hold.table.js';

describe('Legal holds', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });
  const place = (tenant: TestTenant, more: Partial<PlaceLegalHoldRequest>, facts = somebody()) =>
    tenant.call(placeLegalHold, { name: 'Roe v. Wade Ltd', reason: 'A claim was filed', ...more }, facts);
  const namesFor = (tenant: TestTenant, question: Partial<HoldQuestion>) =>
    t.doors.tenants.transaction(testContext(tenant.id), async (tx) => {
      const found = await findActiveHolds(tx, { email: null, person: null, tables: [], ...question });
      return found.map(({ name }) => name);
    });

  it('keep a person, a row or a whole table, in their own tenant', async () => {
    await place(t.a, { name: 'person', subjectEmail: 'Ada@Example.com' });
    await place(t.a, { name: 'row', table: 'customers', subjectKey: '42' });
    await place(t.a, { name: 'table', table: 'invoices' });
    await place(t.b, { name: 'foreign', table: 'invoices' });
    const person = { table: 'customers', key: '42' };
    expect(await namesFor(t.a, { email: 'ada@example.com' })).toEqual(['person']);
    expect(await namesFor(t.a, { person, tables: ['customers', 'orders'] })).toEqual(['row']);
    expect(await namesFor(t.a, { person: { ...person, key: '43' }, tables: ['customers'] })).toEqual([]);
    expect(await namesFor(t.a, { tables: ['customers', 'invoices'] })).toEqual(['table']);
    expect(await namesFor(t.b, { email: 'ada@example.com', person, tables: ['customers'] })).toEqual([]);
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
    f.peers.holdRefusal = null;
    expect(await t.a.count('compliance.legal_hold')).toBe(1);
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
