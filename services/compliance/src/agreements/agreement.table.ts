import { empty, sql, type Doors, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { AgreementsEntry, Projection } from '@tenantry/messaging';
import type { Rows } from '../requests/privacy-request.table.js';
import type { Agreement } from './agreement.js';
import { nextAnnouncement } from './ending.js';

const JOB = 'compliance_agreements';
const BATCH = 500;

const columns = sql`id, party, counterparty, version, provider, subcontractors, effective_on as "effectiveOn", ends_on as "endsOn",
  effective_at as "effectiveAt", ends_at as "endsAt", registered_by as "registeredBy", registered_at as "registeredAt",
  ended_by as "endedBy", ended_at as "endedAt", end_reason as "endReason"`;

/** What a directory says: agreements that nobody ended, as JSON, with the names among theirs that a provider of models can have. */
const covering = (
  now: Date,
): Sql => sql`jsonb_agg(jsonb_build_object('party', party, 'effectiveAt', effective_at, 'endsAt', ends_at,
    'covers', array(select name from unnest(provider || subcontractors) as name where name ~ '^[a-z][a-z0-9-]{0,59}$')) order by id)
  filter (where ended_at is null and (ends_at is null or ends_at > ${now}))`;

/** Counts a change of a tenant's agreements; until the commit nobody else changes them. */
export async function countChange(tx: Transaction, tenantId: string): Promise<bigint> {
  const row = await tx.one<{ version: bigint }>(sql`
    insert into compliance.agreement_register as r (tenant_id, version) values (${tenantId}, 1)
    on conflict (tenant_id) do update set version = r.version + 1 returning version`);
  return row!.version;
}

export async function insertAgreement(tx: Transaction, tenantId: string, one: Agreement): Promise<void> {
  await tx.execute(sql`
    insert into compliance.agreement (tenant_id, id, party, counterparty, version, provider, subcontractors, effective_on, ends_on,
      effective_at, ends_at, registered_by, registered_at, announce_at)
    values (${tenantId}, ${one.id}, ${one.party}, ${one.counterparty}, ${one.version}, ${one.provider}, ${[...one.subcontractors]},
      ${one.effectiveOn}, ${one.endsOn}, ${one.effectiveAt}, ${one.endsAt}, ${one.registeredBy}, ${one.registeredAt},
      ${nextAnnouncement(one.endsAt, null)})`);
}

/** How many of a tenant's agreements are not over. */
export async function countOpen(tx: Transaction, tenantId: string, now: Date): Promise<number> {
  const row = await tx.one<{ open: number }>(sql`
    select count(*)::integer as open from compliance.agreement
    where tenant_id = ${tenantId} and ended_at is null and (ends_at is null or ends_at > ${now})`);
  return row!.open;
}

/** @throws Fault `not-found` */
export async function lockAgreement(tx: Transaction, tenantId: string, id: string): Promise<Agreement> {
  const found = await tx.one<Agreement>(
    sql`select ${columns} from compliance.agreement where tenant_id = ${tenantId} and id = ${id} for update`,
  );
  if (!found) throw new Fault('not-found');
  return found;
}

export async function saveEnd(tx: Transaction, tenantId: string, one: Agreement): Promise<void> {
  await tx.execute(sql`
    update compliance.agreement
    set ended_by = ${one.endedBy}, ended_at = ${one.endedAt}, end_reason = ${one.endReason}, announce_at = null
    where tenant_id = ${tenantId} and id = ${one.id}`);
}

/** Up to `limit` agreements older than one, the newest first: ids grow with time. */
export function listAgreements(
  rows: Rows,
  tenantId: string,
  beforeId: string | null,
  limit: number,
): Promise<Agreement[]> {
  const start = beforeId === null ? empty : sql`and id < ${beforeId}`;
  return rows.query<Agreement>(sql`
    select ${columns} from compliance.agreement where tenant_id = ${tenantId} ${start} order by id desc limit ${limit}`);
}

/** What every service goes by within a second. */
export async function projectAgreements(tx: Transaction, tenantId: string, version: bigint, now: Date): Promise<void> {
  const row = await tx.one<{ agreements: AgreementsEntry['agreements'] | null }>(
    sql`select ${covering(now)} as agreements from compliance.agreement where tenant_id = ${tenantId}`,
  );
  tx.project('agreements', tenantId, { agreements: row?.agreements ?? [] }, version);
}

/** Every tenant's agreements, from Postgres: what fills a new or lost bucket. */
export async function* refill(doors: Doors): AsyncIterable<Projection> {
  const job = doors.control.job(JOB);
  let lastId: string | null = null;
  for (;;) {
    const start = lastId === null ? empty : sql`where r.tenant_id > ${lastId}`;
    const batch: { key: string; version: bigint; agreements: AgreementsEntry['agreements'] | null }[] =
      await job.query(sql`
      select r.tenant_id as key, r.version as version, (
          select ${covering(new Date())} from compliance.agreement a where a.tenant_id = r.tenant_id) as agreements
      from compliance.agreement_register r ${start} order by r.tenant_id limit ${BATCH}`);
    for (const { key, version, agreements } of batch) {
      yield { bucket: 'agreements', key, value: { agreements: agreements ?? [] }, version };
    }
    if (batch.length < BATCH) return;
    lastId = batch.at(-1)!.key;
  }
}

/** The change as the audit log records it. */
export function agreementChange(action: 'insert' | 'update', one: Agreement): RowChange {
  const { id, party, counterparty, version, provider, effectiveOn, endsOn, endedAt, endReason } = one;
  const facts = { party, counterparty, version, provider, subcontractors: one.subcontractors.join(', ') };
  const days = { effectiveOn, endsOn, endedAt: endedAt?.toISOString() ?? null, endReason };
  return { resource: 'agreement', id, action, new: { ...facts, ...days } };
}
