import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { rowHoldsInForce } from '../holds/row-hold.table.js';
import { timeZoneOf } from '../quotas/quotas.js';
import { accessTo, callerOf } from '../rows/caller.js';
import { explainRefusal } from '../rows/row-fault.js';
import { Catalog } from '../spaces/catalog.js';
import { dueConditions, printDueCounts, type Terms } from './due-rows.js';
import type { DueCounts } from './retention-log.js';
import { SIGHTINGS } from './sighting.js';
import { activeRules } from './retention-rule.table.js';
import { WhoseRows } from './whose-rows.js';

/** @throws Fault `invalid-input` for a rule that says neither from which date days are counted nor from what state of a row */
function assertCounts({ dateColumn, filter }: Terms): void {
  if (dateColumn !== SIGHTINGS || filter !== null) return;
  const detail =
    'Give dateColumn, or a filter that says what a row must be for its days to begin, e.g. status=eq.closed';
  throw new Fault('invalid-input', { field: 'dateColumn', detail });
}

/** Asks a tenant's tables, as they are now, what a rule means for them. */
@Injectable()
export class RuleSpace {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `invalid-input` for a rule that could never be carried out */
  async check(ctx: TenantContext, rule: Terms, isArchived: boolean): Promise<void> {
    await this.catalog.use(ctx, (space) => {
      const table = space.table(rule.table);
      // The audit log has a retention of its own, and other tables that Tenantry keeps have none.
      if (!table || table.definition.name === 'audit_log') {
        throw new Fault('invalid-input', {
          field: 'table',
          detail: `There is no table ${rule.table} with rows to delete`,
        });
      }
      assertCounts(rule);
      const moment = { now: this.clock.now(), timeZone: 'UTC' };
      dueConditions(space, table, rule, { others: [], holds: [], moment });
      if (isArchived) new WhoseRows(space).assertArchivable(rule.table);
      return Promise.resolve();
    });
  }

  /** Counts what a rule would do now. @throws Fault `statement-timeout` for a table too large to be counted */
  async count(ctx: TenantContext, rule: Terms): Promise<DueCounts> {
    const rows = {
      query: <T extends object>(statement: Parameters<TenantDatabase['query']>[1]) =>
        this.tenants.query<T>(ctx, statement),
    };
    const [others, holds] = [await activeRules(rows), await rowHoldsInForce(rows)];
    const caller = callerOf({ ...ctx, actor: { ...ctx.actor, kind: 'service' } });
    return this.catalog.use(ctx, async (space) => {
      const table = space.table(rule.table);
      if (!table) throw new Fault('conflict', { detail: `There is no table ${rule.table} any more` });
      const moment = { now: this.clock.now(), timeZone: timeZoneOf(this.directories, ctx.tenantId) };
      const statement = printDueCounts(table, dueConditions(space, table, rule, { others, holds, moment }));
      const [counts] = await this.tenants
        .query<DueCounts>(caller.ctx, statement, accessTo(space))
        .catch((error: unknown) => {
          throw explainRefusal(error, space);
        });
      return counts!;
    });
  }
}
