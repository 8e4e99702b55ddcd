import {
  activateRetentionRule,
  addRetentionRule,
  type AddRetentionRuleRequest,
  type DataRetentionLog,
  holdRows,
  type HoldRowsRequest,
  listDataRetentionLogs,
  previewRetentionRule,
  type RetentionRule,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import type { DataTenants, RowsClient } from '../testing/data.fixture.js';

const key = { name: 'id', type: 'integer', primaryKey: true };
const text = (name: string, classification = 'internal') => ({ name, type: 'text', classification });
const to = (table: string, onDelete: string) => ({
  name: table.slice(0, -1),
  type: 'integer',
  references: { table, column: 'id', onDelete },
});

/** Days ago as a date in UTC. */
export const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

/** Customers with tickets, whose notes go with them and whose bills do not. */
export async function makeTickets(rows: RowsClient): Promise<void> {
  await rows.createTable({ name: 'customers', subjectColumn: 'id', columns: [key, text('name', 'personal')] });
  await rows.createTable({
    name: 'tickets',
    columns: [
      key,
      to('customers', 'no action'),
      text('status'),
      { name: 'closed_at', type: 'timestamptz' },
      { name: 'day', type: 'date' },
      text('finding', 'phi'),
      text('pin', 'secret'),
    ],
  });
  const column = (name: string) => ({ name, type: 'timestamptz' });
  await rows.createTable({ name: 'notes', columns: [key, to('tickets', 'cascade'), text('body'), column('made_at')] });
  await rows.createTable({ name: 'bills', columns: [key, to('tickets', 'no action')] });
  await rows.post('customers', [
    { id: 1, name: 'Ann' },
    { id: 2, name: 'Bob' },
  ]);
}

/** Rules of one tenant, by two of its people. */
export class Retention {
  constructor(
    private readonly t: DataTenants,
    readonly rows: RowsClient,
  ) {}

  readonly adder = this.somebody();

  somebody(): Partial<TenantContext> {
    return { actor: { kind: 'user', id: newId(), role: 'compliance' } };
  }

  private as(facts: Partial<TenantContext>): TenantContext {
    return { ...this.rows.context(), ...facts };
  }

  add(wish: Partial<AddRetentionRuleRequest> = {}): Promise<RetentionRule> {
    const rule = { name: 'Support', table: 'tickets', dateColumn: 'closed_at', keepDays: 90, ...wish };
    return this.t.bus.call(addRetentionRule, rule as AddRetentionRuleRequest, this.as(this.adder));
  }

  preview({ id: ruleId }: RetentionRule): Promise<DataRetentionLog> {
    return this.t.bus.call(previewRetentionRule, { ruleId }, this.as(this.adder));
  }

  activate({ id: ruleId }: RetentionRule, facts = this.somebody()): Promise<RetentionRule> {
    return this.t.bus.call(activateRetentionRule, { ruleId }, this.as(facts));
  }

  /** A rule in force. */
  async active(wish: Partial<AddRetentionRuleRequest> = {}): Promise<RetentionRule> {
    const rule = await this.add(wish);
    await this.preview(rule);
    return this.activate(rule);
  }

  /** The logs of runs, the newest first. */
  async runs(rule?: RetentionRule): Promise<DataRetentionLog[]> {
    const { data } = await this.t.bus.call(listDataRetentionLogs, { ruleId: rule?.id ?? null }, this.rows.context());
    return data.filter(({ kind }) => kind === 'run');
  }

  work(): Promise<void> {
    return this.t.bus.runSchedule('retention');
  }

  /** Has the rule carried out, as if its day had come. */
  async carryOut(wish: Partial<AddRetentionRuleRequest> = {}): Promise<DataRetentionLog> {
    const rule = await this.active(wish);
    await this.work();
    return (await this.runs(rule))[0]!;
  }

  async hold(more: Partial<HoldRowsRequest>): Promise<void> {
    const context = this.as({ actor: { kind: 'service', id: 'compliance', role: null }, purpose: 'compliance' });
    await this.t.bus.call(holdRows, { holdId: newId(), table: 'tickets', ...more } as HoldRowsRequest, context);
  }

  async ids(table = 'tickets'): Promise<number[]> {
    const { json } = await this.rows.get(table, 'select=id&order=id');
    return (json as { id: number }[]).map(({ id }) => id);
  }
}
