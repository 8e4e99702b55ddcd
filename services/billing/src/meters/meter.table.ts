import type { Meter as MeterMessage } from '@tenantry/contracts';
import { onUnique, sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault, isUuid } from '@tenantry/kernel';
import { PLATFORM_PREFIX } from '../metering/platform-usage.js';
import type { Rows } from '../plans/plan.table.js';
import { MAX_METERS, MAX_METERS_OF_TYPE, type Meter } from './meter.js';

const columns = sql`id, key, aggregation, event_type as "eventType", value_property as "valueProperty", group_by as "groupBy", unit,
  created_at as "createdAt", archived_at as "archivedAt"`;

/** A meter by its id, or by its key while it is not archived. @throws the fault, by default `not-found` */
export async function findMeter(rows: Rows, idOrKey: string, missing = new Fault('not-found')): Promise<Meter> {
  const which = isUuid(idOrKey) ? sql`id = ${idOrKey}` : sql`key = ${idOrKey} and archived_at is null`;
  const [meter] = await rows.query<Meter>(sql`select ${columns} from billing.meter where ${which}`);
  if (!meter) throw missing;
  return meter;
}

/** The meters under which the tenant's own events count: not those of the platform. */
export async function activeMeters(rows: Rows): Promise<Meter[]> {
  return rows.query<Meter>(sql`select ${columns} from billing.meter
    where archived_at is null and not starts_with(key, ${PLATFORM_PREFIX}) limit ${MAX_METERS}`);
}

/** Meters with these ids, also archived ones, by id. */
export async function metersById(rows: Rows, ids: readonly string[]): Promise<Map<string, Meter>> {
  const found = await rows.query<Meter>(sql`select ${columns} from billing.meter where id = any (${ids}::uuid[])`);
  return new Map(found.map((meter) => [meter.id, meter]));
}

/** The meters of a tenant with these keys, archived ones too, by key: for a job that sees every tenant. */
export async function metersWithKeys(rows: Rows, tenantId: string, keys: readonly string[]): Promise<Meter[]> {
  return rows.query<Meter>(sql`select ${columns} from billing.meter
    where tenant_id = ${tenantId} and key = any (${keys}::text[]) order by key, id`);
}

/** The newest first; `beforeId` continues after the meter with that id. */
export async function listMeterRows(
  rows: Rows,
  { archived, beforeId }: { readonly archived: boolean; readonly beforeId: string | null },
  limit: number,
): Promise<Meter[]> {
  return rows.query<Meter>(sql`select ${columns} from billing.meter
    where (${archived} or archived_at is null) and (${beforeId}::uuid is null or id < ${beforeId}) order by id desc limit ${limit}`);
}

/** @throws Fault `conflict` when the key is taken, or the tenant has enough meters */
export async function insertMeter(tx: Transaction, meter: Meter): Promise<void> {
  const { id, key, aggregation, eventType, valueProperty, groupBy, unit, createdAt } = meter;
  const taken = (): Fault => new Fault('conflict', { field: 'key', detail: `A meter with the key ${key} exists` });
  const inserted = await tx
    .execute(
      sql`insert into billing.meter (tenant_id, id, key, aggregation, event_type, value_property, group_by, unit, created_at)
      select ${tx.tenantId}::uuid, ${id}::uuid, ${key}, ${aggregation}, ${eventType}, ${valueProperty}, ${groupBy}::text[], ${unit},
        ${createdAt}::timestamptz
      where (select count(*) < ${MAX_METERS} and count(*) filter (where event_type = ${eventType}) < ${MAX_METERS_OF_TYPE}
        from billing.meter where archived_at is null and not starts_with(key, ${PLATFORM_PREFIX}))`,
    )
    .catch(onUnique('meter_key', taken));
  if (inserted === 1) return;
  throw new Fault('conflict', {
    detail: `A tenant has at most ${MAX_METERS} meters, and ${MAX_METERS_OF_TYPE} of one event type; archive one`,
  });
}

/** Stops a meter; undefined when it is stopped already. */
export async function archiveMeterRow(tx: Transaction, id: string, at: Date): Promise<Meter | undefined> {
  return tx.one<Meter>(
    sql`update billing.meter set archived_at = ${at} where id = ${id} and archived_at is null returning ${columns}`,
  );
}

/** A new meter as the audit log records it. */
export function meterChanges({ id, key, aggregation, eventType, valueProperty, groupBy, unit }: Meter): RowChange[] {
  const values = { key, aggregation, eventType, valueProperty, groupBy: groupBy.join(', '), unit };
  return [{ resource: 'meter', id, action: 'insert', new: values }];
}

export function toMessage({ groupBy, ...meter }: Meter): MeterMessage {
  return { ...meter, groupBy: [...groupBy] };
}
