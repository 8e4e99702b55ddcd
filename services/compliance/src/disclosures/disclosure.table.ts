import { empty, sql, type RowChange, type Transaction } from '@tenantry/database';
import type { Rows } from '../requests/privacy-request.table.js';
import { NOT_ACCOUNTED, type Disclosure } from './disclosure.js';

const columns = sql`id, disclosed_at as "disclosedAt", source, recipient, recipient_address as "recipientAddress", description, purpose,
  subject_table as "table", subject_key as "subjectKey", withheld_until as "withheldUntil", actor_id as "actorId"`;

export async function insertDisclosure(tx: Transaction, one: Disclosure): Promise<void> {
  await tx.execute(sql`
    insert into compliance.disclosure (tenant_id, id, disclosed_at, source, recipient, recipient_address, description, purpose,
      subject_table, subject_key, withheld_until, actor_id)
    values (${tx.tenantId}, ${one.id}, ${one.disclosedAt}, ${one.source}, ${one.recipient}, ${one.recipientAddress}, ${one.description},
      ${one.purpose}, ${one.table}, ${one.subjectKey}, ${one.withheldUntil}, ${one.actorId})`);
}

/** Where a list goes on: the disclosure before. */
export interface Position {
  readonly disclosedAt: string;
  readonly id: string;
}

/** Up to `limit` disclosures before a position, those that were made last first. */
export function listDisclosures(
  rows: Rows,
  table: string | null,
  before: Position | null,
  limit: number,
): Promise<Disclosure[]> {
  const start =
    before === null ? empty : sql`and (disclosed_at, id) < (${before.disclosedAt}::timestamptz, ${before.id}::uuid)`;
  return rows.query<Disclosure>(sql`
    select ${columns} from compliance.disclosure
    where (${table}::text is null or subject_table = ${table}) ${start} order by disclosed_at desc, id desc limit ${limit}`);
}

/** Of whom, and of which time, an accounting is. */
export interface AccountingQuestion {
  readonly table: string;
  readonly key: string;
  readonly since: Date;
  readonly until: Date;
  readonly everything: boolean;
}

/** A line of an accounting; `description` is that of the first, sealed for `firstId`. */
export interface AccountingRow {
  readonly firstId: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
  readonly recipient: string;
  readonly recipientAddress: string | null;
  readonly description: string;
  readonly purpose: string;
  readonly wholeTable: boolean;
}

/**
 * What was disclosed about a person, and whole tables that have rows of theirs. What came by itself is one line for each recipient
 * and purpose; what somebody recorded stands for itself.
 */
export function accountFor(rows: Rows, question: AccountingQuestion, limit: number): Promise<AccountingRow[]> {
  const { table, key, since, until, everything } = question;
  const first = sql`(array_agg(id order by disclosed_at, id))[1]`;
  return rows.query<AccountingRow>(sql`
    select ${first} as "firstId", min(disclosed_at) as "firstAt", max(disclosed_at) as "lastAt", count(*)::integer as count, recipient,
      recipient_address as "recipientAddress", (array_agg(description order by disclosed_at, id))[1] as description, purpose,
      subject_key is null as "wholeTable"
    from compliance.disclosure
    where subject_table = ${table} and (subject_key = ${key} or subject_key is null)
      and disclosed_at >= ${since} and disclosed_at <= ${until}
      and (withheld_until is null or withheld_until <= ${until})
      and (${everything} or purpose <> all(${[...NOT_ACCOUNTED]}::text[]))
    group by recipient, recipient_address, purpose, source, subject_key is null, case when source = 'recorded' then id end
    order by min(disclosed_at), ${first} limit ${limit}`);
}

/** The change as the audit log records it; whom it is about and what was disclosed stay out. */
export function disclosureChange({ id, source, recipient, purpose, table }: Disclosure): RowChange {
  return { resource: 'disclosure', id, action: 'insert', new: { source, recipient, purpose, table } };
}
