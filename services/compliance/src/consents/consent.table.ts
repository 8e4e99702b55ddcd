import { empty, type RowChange, sql, type Sql, type Transaction } from '@tenantry/database';
import type { ConsentPurpose, ConsentRecord, ConsentState } from './consent.js';

const columns = sql`id, subject, purpose, action, version, source, proof, expires_at as "expiresAt", recorded_by as "recordedBy",
  recorded_at as "recordedAt"`;

export async function insertRecord(tx: Transaction, record: ConsentRecord): Promise<void> {
  const { id, subject, purpose, action, version, source, proof, expiresAt, recordedBy, recordedAt } = record;
  await tx.execute(sql`
    insert into compliance.consent_record (tenant_id, id, subject, purpose, action, version, source, proof, expires_at, recorded_by, recorded_at)
    values (${tx.tenantId}, ${id}, ${subject}, ${purpose}, ${action}, ${version}, ${source}, ${proof}, ${expiresAt}, ${recordedBy}, ${recordedAt})`);
}

/** Answers one row for each purpose, in their order: the latest record and the rule, or nulls. */
export function findStates(subject: string, purposes: readonly string[]): Sql {
  return sql`
    select asked.purpose, case when r.id is not null then r.action end as action, r.version, r.expires_at as "expiresAt", r.recorded_at as "recordedAt",
      p.model, p.version as "ruleVersion", p.ask_again as "askAgain", p.honours_gpc as "honoursGpc"
    from unnest(${[...purposes]}::text[]) with ordinality as asked (purpose, place)
    left join lateral (select id, action, version, expires_at, recorded_at from compliance.consent_record c
      where c.subject = ${subject} and c.purpose = asked.purpose order by c.id desc limit 1) r on true
    left join compliance.consent_purpose p on p.purpose = asked.purpose
    order by asked.place`;
}

/** A row of `findStates`. */
export interface StateRow {
  readonly purpose: string;
  readonly action: string | null;
  readonly version: string;
  readonly expiresAt: Date | null;
  readonly recordedAt: Date;
  readonly model: string | null;
  readonly ruleVersion: string;
  readonly askAgain: boolean;
  readonly honoursGpc: boolean;
}

export function stateOf({
  purpose,
  action,
  version,
  expiresAt,
  recordedAt,
  model,
  ruleVersion,
  ...rule
}: StateRow): ConsentState {
  return {
    purpose,
    latest: action === null ? null : { action, version, expiresAt, recordedAt },
    rule: model === null ? null : { model, version: ruleVersion, ...rule },
  };
}

/** Up to `limit` records older than one, the newest first: ids grow with time. */
export function findHistory(subject: string, purpose: string | null, beforeId: string | null, limit: number): Sql {
  const start = beforeId === null ? empty : sql`and id < ${beforeId}`;
  const only = purpose === null ? empty : sql`and purpose = ${purpose}`;
  return sql`
    select ${columns} from compliance.consent_record where subject = ${subject} ${only} ${start} order by id desc limit ${limit}`;
}

/** How many records there are of somebody by any of these names. */
export function countConsents(subjects: readonly string[]): Sql {
  return sql`select count(*) as consents from compliance.consent_record where subject = any(${[...subjects]}::text[])`;
}

/** Records of somebody by any of these names, the oldest first. */
export function findConsents(subjects: readonly string[]): Sql {
  return sql`select ${columns} from compliance.consent_record where subject = any(${[...subjects]}::text[]) order by id`;
}

export async function savePurpose(tx: Transaction, purpose: ConsentPurpose): Promise<void> {
  await tx.execute(sql`
    insert into compliance.consent_purpose (tenant_id, purpose, model, version, ask_again, honours_gpc, set_at)
    values (${tx.tenantId}, ${purpose.purpose}, ${purpose.model}, ${purpose.version}, ${purpose.askAgain}, ${purpose.honoursGpc}, ${purpose.setAt})
    on conflict (tenant_id, purpose) do update set model = excluded.model, version = excluded.version, ask_again = excluded.ask_again,
      honours_gpc = excluded.honours_gpc, set_at = excluded.set_at`);
}

export async function countOtherPurposes(tx: Transaction, purpose: string): Promise<number> {
  const counted = await tx.one<{ purposes: bigint }>(
    sql`select count(*) as purposes from compliance.consent_purpose where purpose <> ${purpose}`,
  );
  return Number(counted!.purposes);
}

export function findPurposes(): Sql {
  return sql`select purpose, model, version, ask_again as "askAgain", honours_gpc as "honoursGpc", set_at as "setAt"
    from compliance.consent_purpose order by purpose`;
}

/** The change as the audit log records it; whom it is about stays out. */
export function consentChange({ id, purpose, action, version, source }: ConsentRecord): RowChange {
  return { resource: 'consent', id, action: 'insert', new: { purpose, action, version, source } };
}
