import {
  empty,
  sql,
  type ControlDatabase,
  type Doors,
  type RowChange,
  type Sql,
  type Transaction,
} from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Projection } from '@tenantry/messaging';
import { accessEntry, type EmergencyAccess } from './emergency-access.js';

const JOB = 'identity_breakglass';

/** Whatever runs a statement: a transaction, a job, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const COLUMNS = sql`id, staff_id as "staffId", tables, reason, opened_at as "openedAt", ends_at as "endsAt", ended_by as "endedBy",
  attest_by as "attestBy", attestation, attested_at as "attestedAt"`;

export async function insertAccess(tx: Transaction, tenantId: string, one: EmergencyAccess): Promise<void> {
  await tx.execute(sql`
    insert into identity.break_glass (tenant_id, id, staff_id, tables, reason, opened_at, ends_at, attest_by)
    values (${tenantId}, ${one.id}, ${one.staffId}, ${[...one.tables]}, ${one.reason}, ${one.openedAt}, ${one.endsAt}, ${one.attestBy})`);
}

/** An access, if there is one, locked until the commit. */
export function lockAccessIfAny(tx: Transaction, tenantId: string, id: string): Promise<EmergencyAccess | undefined> {
  return tx.one<EmergencyAccess>(
    sql`select ${COLUMNS} from identity.break_glass where tenant_id = ${tenantId} and id = ${id} for update`,
  );
}

/** The same. @throws Fault `not-found` */
export async function lockAccess(tx: Transaction, tenantId: string, id: string): Promise<EmergencyAccess> {
  const found = await lockAccessIfAny(tx, tenantId, id);
  if (!found) throw new Fault('not-found');
  return found;
}

export async function saveAccess(tx: Transaction, tenantId: string, one: EmergencyAccess): Promise<void> {
  await tx.execute(sql`
    update identity.break_glass set ends_at = ${one.endsAt}, ended_by = ${one.endedBy}, attest_by = ${one.attestBy},
      attestation = ${one.attestation}, attested_at = ${one.attestedAt}
    where tenant_id = ${tenantId} and id = ${one.id}`);
}

/** Whether somebody of the staff owes an attestation, in whichever tenant. */
export async function owesAttestation(tx: Transaction, staffId: string, now: Date): Promise<boolean> {
  const found = await tx.one(sql`
    select 1 as owes from identity.break_glass where staff_id = ${staffId} and attested_at is null and attest_by <= ${now} limit 1`);
  return found !== undefined;
}

/** Up to `limit` accesses before a position (an id), newest first. */
export function listAccess(
  rows: Rows,
  tenantId: string,
  before: string | null,
  limit: number,
): Promise<EmergencyAccess[]> {
  const start = before ? sql`and id < ${before}` : empty;
  return rows.query<EmergencyAccess>(
    sql`select ${COLUMNS} from identity.break_glass where tenant_id = ${tenantId} ${start} order by id desc limit ${limit}`,
  );
}

/** Marks what nobody attested in time, up to `limit`; what somebody attests right now is left to them. */
export function markOverdue(
  tx: Transaction,
  now: Date,
  limit: number,
): Promise<{ tenantId: string; id: string; staffId: string }[]> {
  return tx.query(sql`
    update identity.break_glass b set overdue_at = ${now}
    from (select tenant_id, id from identity.break_glass
      where attested_at is null and overdue_at is null and attest_by <= ${now}
      order by attest_by limit ${limit} for update skip locked) as late
    where b.tenant_id = late.tenant_id and b.id = late.id
    returning b.tenant_id as "tenantId", b.id, b.staff_id as "staffId"`);
}

export const breakGlassJob = (control: ControlDatabase) => control.job(JOB);

/** Every access that is open, for a directory that is new or was lost: at most an hour's worth. */
export async function* allAccessEntries(doors: Doors): AsyncIterable<Projection> {
  const open = await doors.control.job(JOB).query<EmergencyAccess & { tenantId: string }>(sql`
    select tenant_id as "tenantId", ${COLUMNS} from identity.break_glass where ended_by is null and ends_at > now()`);
  for (const { tenantId, ...access } of open) {
    yield { bucket: 'grants', key: access.id, value: accessEntry(access, tenantId), version: 1 };
  }
}

/** The change as the audit log records it. */
export function accessChange(action: 'insert' | 'update', one: EmergencyAccess): RowChange {
  const { id, staffId, tables, reason, endsAt, endedBy, attestation } = one;
  const facts = { staffId, tables: tables.join(' '), reason, endsAt: endsAt.toISOString(), endedBy, attestation };
  return { resource: 'break_glass', id, action, new: facts };
}
