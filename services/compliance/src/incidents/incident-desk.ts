import { Injectable } from '@nestjs/common';
import type { Incident as IncidentMessage, IncidentDuty } from '@tenantry/contracts';
import { TenantDatabase, Vault, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import type { Rows } from '../requests/privacy-request.table.js';
import { dutiesOf } from './duty.js';
import type { Incident, KeptDuty } from './incident.js';
import { findDuties, incidentChange, lockIncident, replaceDuties, saveIncident } from './incident.table.js';

/** What an operation makes of an incident, and what is announced. */
export interface IncidentStep {
  readonly after: Incident;
  readonly event: object;
}

type Column = 'description' | 'conclusion';

/** The one way in which an incident changes: under its lock, with its duties and its event in one commit. */
@Injectable()
export class IncidentDesk {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found` */
  async change(
    ctx: TenantContext,
    incidentId: string,
    decide: (before: Incident, duties: readonly KeptDuty[], tx: Transaction) => Promise<IncidentStep>,
  ): Promise<IncidentMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockIncident(tx, incidentId);
      const { after, event } = await decide(before, await findDuties(tx, [incidentId]), tx);
      await saveIncident(tx, after);
      if (after.status === 'open') await replaceDuties(tx, after, dutiesOf(after));
      else await replaceDuties(tx, after, []);
      tx.publish(event, { changes: [incidentChange('update', after)] });
      const [message] = await this.print(tx, ctx.tenantId, [after]);
      return message!;
    });
  }

  seal(tenantId: string, column: Column, incidentId: string, text: string): Promise<string> {
    return this.vault.seal(tenantId, placeOf(column, incidentId), text);
  }

  sealNotice(tenantId: string, incidentId: string, duty: string, text: string): Promise<string> {
    return this.vault.seal(tenantId, noticePlace(incidentId, duty), text);
  }

  /** Kept incidents with their texts in clear and how their clocks stand. */
  async print(rows: Rows, tenantId: string, incidents: readonly Incident[]): Promise<IncidentMessage[]> {
    const kept = await findDuties(
      rows,
      incidents.map(({ id }) => id),
    );
    const byIncident = Map.groupBy(kept, ({ incidentId }) => incidentId);
    return Promise.all(incidents.map((one) => this.message(tenantId, one, byIncident.get(one.id) ?? [])));
  }

  private async message(tenantId: string, incident: Incident, kept: readonly KeptDuty[]): Promise<IncidentMessage> {
    const { id, conclusion, title, severity, status, role, discoveredAt, openedAt, openedBy, people, closedAt } =
      incident;
    const open = (column: Column, sealed: string) => this.vault.open(tenantId, placeOf(column, id), sealed);
    const needed = kept.filter((duty) => duty.isOpen || duty.metAt !== null);
    return {
      ...{ id, title, severity, status, role, discoveredAt, openedAt, openedBy, people, closedAt },
      ...{ laws: [...incident.laws], tables: [...incident.tables], classes: [...incident.classes] },
      description: await open('description', incident.description),
      conclusion: conclusion === null ? null : await open('conclusion', conclusion),
      duties: await Promise.all(needed.map((duty) => this.duty(tenantId, incident, duty))),
    };
  }

  private async duty(tenantId: string, incident: Incident, kept: KeptDuty): Promise<IncidentDuty> {
    const { duty, dueAt, metAt, notice } = kept;
    const rule = dutiesOf(incident).find((one) => one.duty === duty);
    const until = metAt ?? this.clock.now();
    const share =
      (until.getTime() - incident.discoveredAt.getTime()) / (dueAt.getTime() - incident.discoveredAt.getTime());
    return {
      ...{ duty, dueAt, metAt, source: rule?.source ?? '', explanation: rule?.explanation ?? 'Not needed any more' },
      usedPercent: Math.floor(100 * share),
      notice: notice === null ? null : await this.vault.open(tenantId, noticePlace(incident.id, duty), notice),
    };
  }
}

const placeOf = (column: Column, row: string) => ({ table: 'compliance.incident', column, row });
const noticePlace = (incidentId: string, duty: string) => ({
  table: 'compliance.incident_duty',
  column: 'notice',
  row: `${incidentId}/${duty}`,
});
