import { dropTable, endRetentionRule, listRetentionRules } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { dataTenants } from '../testing/data.fixture.js';
import { daysAgo, makeTickets, Retention } from './retention.fixture.js';

describe.each(['schema', 'pool'] as const)('retention of rows in %s mode', (mode) => {
  const t = dataTenants();
  let own: Retention;
  let other: Retention;

  beforeEach(async () => {
    [own, other] = [new Retention(t, t.schema), new Retention(t, t.pool)];
    if (mode === 'pool') [own, other] = [other, own];
    for (const { rows } of [own, other]) {
      await makeTickets(rows);
      await rows.post('tickets', [
        { id: 1, customer: 1, status: 'closed', closed_at: daysAgo(100), day: daysAgo(100).slice(0, 10) },
        { id: 2, customer: 2, status: 'closed', closed_at: daysAgo(91), day: null },
        { id: 3, customer: 1, status: 'closed', closed_at: daysAgo(89), day: daysAgo(1).slice(0, 10) },
        { id: 4, customer: 1, status: 'open', closed_at: daysAgo(400), day: null },
        { id: 5, customer: 2, status: 'closed', closed_at: null, day: null },
      ]);
    }
  });

  it('does nothing before a second person has activated what was previewed', async () => {
    const rule = await own.add({ filter: 'status=eq.closed' });
    expect(rule).toMatchObject({ status: 'draft', nextRunAt: null });
    await expect(own.activate(rule)).rejects.toMatchObject({ reason: 'conflict' });
    expect(await own.preview(rule)).toMatchObject({ kind: 'dry_run', rowsDue: 2n, rowsUndated: 1n, rowsDeleted: 0n });
    await expect(own.activate(rule, own.adder)).rejects.toMatchObject({ reason: 'forbidden' });
    const key = { actor: { kind: 'key', id: newId(), role: null } } as const;
    await expect(own.activate(rule, key)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(other.activate(rule)).rejects.toMatchObject({ reason: 'not-found' });
    await own.work();
    expect([await own.runs(), await own.ids()]).toEqual([[], [1, 2, 3, 4, 5]]);
    expect(await own.activate(rule)).toMatchObject({ status: 'active', nextRunAt: expect.any(Date) });
    await expect(own.activate(rule)).rejects.toMatchObject({ reason: 'conflict' });
    await own.work();
    expect([await own.ids(), await other.ids()]).toEqual([
      [3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
  });

  it('counts from what happened to the row that a foreign key points to, such as the end of a contract', async () => {
    for (const { rows } of [own, other]) {
      await rows.createTable({
        name: 'contracts',
        columns: [
          { name: 'id', type: 'integer', primaryKey: true },
          { name: 'ends_on', type: 'date' },
          { name: 'state', type: 'text' },
        ],
      });
      const contract = { name: 'contract', type: 'integer', references: { table: 'contracts', column: 'id' } };
      const id = { name: 'id', type: 'integer', primaryKey: true };
      await rows.createTable({ name: 'letters', columns: [id, contract, { name: 'made_at', type: 'timestamptz' }] });
      await rows.post('contracts', [
        { id: 1, ends_on: daysAgo(100).slice(0, 10), state: 'ended' },
        { id: 2, ends_on: daysAgo(10).slice(0, 10), state: 'ended' },
        { id: 3, ends_on: null, state: 'running' },
      ]);
      const old = { made_at: daysAgo(4_000) };
      await rows.post(
        'letters',
        [1, 2, 3, null].map((named, n) => ({ id: n + 1, contract: named, ...old })),
      );
    }
    const wish = { table: 'letters', dateColumn: 'contract.ends_on', keepDays: 90 };
    const rule = await own.add(wish);
    expect(await own.preview(rule)).toMatchObject({ kind: 'dry_run', rowsDue: 1n, rowsUndated: 2n, rowsDeleted: 0n });
    await own.activate(rule);
    await own.work();
    expect((await own.runs(rule))[0]).toMatchObject({ outcome: 'done', rowsDue: 1n, rowsDeleted: 1n, rowsUndated: 2n });
    expect([await own.ids('letters'), await other.ids('letters')]).toEqual([
      [2, 3, 4],
      [1, 2, 3, 4],
    ]);
    await own.carryOut({ table: 'letters', dateColumn: 'made_at', keepDays: 30 });
    expect(await own.ids('letters')).toEqual([2, 3, 4]); // the contract keeps them longer
  });

  it('counts from when it first saw a row in a state, where no column says when that was', async () => {
    const rule = await own.add({ dateColumn: '', filter: 'status=eq.closed', keepDays: 90 });
    expect(await own.preview(rule)).toMatchObject({ rowsDue: 0n, rowsUndated: 4n });
    await own.activate(rule);
    await own.work();
    expect((await own.runs(rule))[0]).toMatchObject({ outcome: 'done', rowsDue: 0n, rowsUndated: 0n, rowsDeleted: 0n });
    const later = async (days: number): Promise<void> => {
      const update =
        'update data.retention_sighting set seen_at = seen_at - make_interval(days => $2) where rule_id = $1';
      await t.database.admin(update, [rule.id, days]);
      await t.database.admin(
        `update data.retention_rule set next_run_at = now() - interval '1 minute' where id = $1`, // its clock rounds down
        [rule.id],
      );
    };
    await own.rows.patch('tickets', 'id=eq.2', { day: daysAgo(0).slice(0, 10) }); // changed in whatever way
    await own.rows.patch('tickets', 'id=eq.3', { status: 'open' });
    await own.rows.post('tickets', { id: 6, customer: 1, status: 'closed' });
    await later(89);
    await own.work();
    expect(await own.ids()).toEqual([1, 2, 3, 4, 5, 6]);
    await later(2);
    await own.work();
    expect((await own.runs(rule))[0]).toMatchObject({ rowsDue: 2n, rowsDeleted: 2n, rowsUndated: 0n });
    expect([await own.ids(), await other.ids()]).toEqual([
      [2, 3, 4, 6],
      [1, 2, 3, 4, 5],
    ]);
    await later(89);
    await own.work();
    expect(await own.ids()).toEqual([3, 4]);
    await later(0);
    await own.work();
    expect(await t.database.admin('select from data.retention_sighting where rule_id = $1', [rule.id])).toEqual([]);
  });

  it('keeps what such a rule keeps from others, and needs a state to count from', async () => {
    await own.active({ dateColumn: '', filter: 'id=eq.1', keepDays: 365 });
    await own.carryOut({ filter: 'status=eq.closed' });
    expect(await own.ids()).toEqual([1, 3, 4, 5]);
    await expect(own.add({ dateColumn: '' })).rejects.toMatchObject({ errors: [{ field: 'dateColumn' }] });
  });

  it.each([
    'contract.ends_on',
    'customer.nothing',
    'customer.name',
    'status.closed_at',
    'customer.id.closed_at',
    '.day',
    'day.',
  ])('counts from no %s', async (dateColumn) => {
    await expect(own.add({ dateColumn })).rejects.toMatchObject({ errors: [{ field: 'dateColumn' }] });
  });

  it('deletes what it is about once its days are over, and tells each row and each batch', async () => {
    const before = (await t.outbox()).length;
    const log = await own.carryOut({ filter: 'status=eq.closed' });
    expect(log).toMatchObject({ outcome: 'done', rowsDue: 2n, rowsDeleted: 2n, rowsRefused: 0n, rowsArchived: 0n });
    const told = (await t.outbox()).slice(before).filter(({ tenantId }) => tenantId === own.rows.id);
    const row = (id: string) => ({ resource: 'tickets', id, action: 'delete' });
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'RowsChanged', cause: 'retention', changes: [row('1'), row('2')] }),
    );
    expect(told).toContainEqual(expect.objectContaining({ type: 'RetentionApplied', runId: log.id, rows: '2' }));
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'RetentionRunFinished', runId: log.id, outcome: 'done' }),
    );
    expect(JSON.stringify(told)).not.toContain('"status":"closed"');
    await own.work();
    expect(await own.runs()).toHaveLength(1); // the next one is tomorrow's
  });

  it('counts whole days by a date, a timestamp or a time with zone', async () => {
    expect(await own.preview(await own.add({ dateColumn: 'day', keepDays: 99 }))).toMatchObject({ rowsDue: 1n });
    expect(await own.preview(await own.add({ dateColumn: 'day', keepDays: 101 }))).toMatchObject({ rowsDue: 0n });
    expect(await own.preview(await own.add({ dateColumn: 'closed_at', keepDays: 100 }))).toMatchObject({ rowsDue: 2n });
  });

  it('keeps what is held, by person and by query, and counts it', async () => {
    await own.hold({ table: 'customers', subjectKey: '1' });
    await own.hold({ filter: 'status=eq.nothing' });
    const log = await own.carryOut();
    expect(log).toMatchObject({ rowsDue: 3n, rowsHeld: 2n, rowsDeleted: 1n });
    await own.hold({ filter: 'id=gt.0' });
    expect(await own.carryOut({ keepDays: 1 })).toMatchObject({ rowsDue: 3n, rowsHeld: 3n, rowsDeleted: 0n });
    expect(await own.ids()).toEqual([1, 3, 4, 5]);
  });

  it('keeps a row for the longest time that a rule in force says, and drafts say nothing', async () => {
    await own.add({ name: 'Draft', keepDays: 9_000 });
    const longer = await own.active({ name: 'Open ones', filter: 'status=eq.open', keepDays: 500 });
    expect(await own.carryOut()).toMatchObject({ rowsDue: 3n, rowsKept: 1n, rowsDeleted: 2n });
    expect(await own.ids()).toEqual([3, 4, 5]);
    await t.bus.call(endRetentionRule, { ruleId: longer.id }, own.rows.context());
    expect(await own.carryOut({ keepDays: 91 })).toMatchObject({ rowsKept: 0n, rowsDeleted: 1n });
  });

  it('takes with a row what foreign keys take, and passes over one whose dependants stay', async () => {
    await own.rows.post(
      'tickets',
      [6, 7, 8].map((id) => ({ id, closed_at: daysAgo(200) })),
    );
    await own.rows.post('notes', [
      { id: 1, ticket: 1, body: 'goes', made_at: null },
      { id: 2, ticket: 6, body: 'evidence', made_at: null },
      { id: 3, ticket: 7, body: 'kept', made_at: daysAgo(5) },
    ]);
    await own.rows.post('bills', [{ id: 1, ticket: 8 }]);
    await own.hold({ table: 'notes', filter: 'body=eq.evidence' });
    await own.active({ table: 'notes', dateColumn: 'made_at', filter: 'body=eq.kept', keepDays: 10 });
    const log = await own.carryOut();
    expect(log).toMatchObject({ outcome: 'done', rowsDue: 6n, rowsDeleted: 3n, rowsCascaded: 1n, rowsRefused: 3n });
    expect([await own.ids(), await own.ids('notes')]).toEqual([
      [3, 5, 6, 7, 8],
      [2, 3],
    ]);
  });

  it('goes on behind the last batch that was committed, and deletes nothing twice', async () => {
    await own.rows.post(
      'tickets',
      Array.from({ length: 1_100 }, (_, n) => ({ id: 100 + n, closed_at: daysAgo(200) })),
    );
    const rule = await own.active();
    await t.database.admin(
      `create function public.crash() returns trigger language plpgsql as $$ begin raise exception 'crash'; end $$`,
    );
    await t.database.admin(
      `create trigger crash before update on data.data_retention_log for each row
       when (new.rows_deleted >= 1000) execute function public.crash()`,
    );
    await expect(own.work()).rejects.toThrow('retention failed');
    await t.database.admin('drop function public.crash() cascade');
    await t.database.admin(`update data.data_retention_log set not_before = now() - interval '1 minute'`);
    expect(await own.runs(rule)).toMatchObject([{ outcome: 'running', rowsDeleted: 500n }]);
    await own.work();
    expect(await own.runs(rule)).toMatchObject([{ outcome: 'done', rowsDue: 1_103n, rowsDeleted: 1_103n }]);
    expect(await own.ids()).toEqual([3, 5]);
  });

  it('stops when the rule is ended, and fails visibly when the table is gone', async () => {
    const rule = await own.active();
    expect(await t.bus.call(endRetentionRule, { ruleId: rule.id }, own.rows.context())).toMatchObject({
      status: 'ended',
    });
    await own.work();
    expect([await own.runs(rule), await own.ids()]).toEqual([[], [1, 2, 3, 4, 5]]);
    const ofBills = await own.active({ table: 'notes', dateColumn: 'made_at' });
    await t.bus.call(dropTable, { table: 'notes' }, own.rows.context());
    await own.work();
    expect(await own.runs(ofBills)).toMatchObject([{ outcome: 'failed', problem: expect.stringContaining('notes') }]);
  });

  it('waits while the tenant is suspended', async () => {
    await own.active();
    t.bus.announce(own.rows.id, { mode, status: 'suspended' });
    await own.work();
    t.bus.announce(own.rows.id, { mode });
    expect([await own.runs(), await own.ids()]).toEqual([[], [1, 2, 3, 4, 5]]);
  });

  it.each([
    [{ table: 'nothing' }, 'table'],
    [{ table: 'audit_log', dateColumn: 'occurred_at' }, 'table'],
    [{ dateColumn: 'status' }, 'dateColumn'],
    [{ dateColumn: 'finding' }, 'dateColumn'],
    [{ dateColumn: 'nothing' }, 'dateColumn'],
    [{ filter: 'finding=eq.x' }, 'filter'],
    [{ filter: 'order=id' }, 'filter'],
    [{ keepDays: 0 }, 'keepDays'],
    [{ table: 'notes', dateColumn: 'made_at', archiveDays: 30 }, 'archiveDays'],
  ])('has no rule %j', async (wish, field) => {
    await expect(own.add(wish)).rejects.toMatchObject({ reason: 'invalid-input', errors: [{ field }] });
    expect((await t.bus.call(listRetentionRules, {}, own.rows.context())).data).toEqual([]);
  });
});
