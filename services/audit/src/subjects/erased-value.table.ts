import { raw, sql, type Sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';

/** What an erasure destroyed. */
export interface ErasedValues {
  readonly entries: bigint;
  readonly values: bigint;
  readonly erasedAt: Date;
}

/** The operations by which services erase what they have of a person; the index of erasures knows the same. */
const isErasing = (of: '' | 'd.'): Sql =>
  raw(`${of}operation in ('EraseSubjectRows', 'EraseMemberSubject', 'EraseBillingSubject',
  'EraseTenantSubject', 'EraseAgentSubject')`);

/** What was done before under this id. */
export async function findErasedValues(tx: Transaction, erasureId: string): Promise<ErasedValues | undefined> {
  return tx.one<ErasedValues>(sql`select entries, values, erased_at as "erasedAt" from audit.subject_erasure
    where tenant_id = ${tx.tenantId} and erasure_id = ${erasureId}`);
}

/** How many rows the log says that a request erased. */
export async function countErasedRows(tx: Transaction, requestId: string): Promise<bigint> {
  const counted = await tx.one<{ rows: bigint }>(sql`select count(*) as rows from audit.entry
    where tenant_id = ${tx.tenantId} and request_id = ${requestId} and ${isErasing('')} and change <> 'read'`);
  return counted!.rows;
}

/** Destroys the values of every entry about a row that the request erased, and keeps how many they were. */
export async function eraseValues(
  tx: Transaction,
  erasureId: string,
  requestId: string,
  now: Date,
): Promise<ErasedValues> {
  const erased = await tx.one<ErasedValues>(sql`
    with gone as (
      delete from audit.entry_value v
      using audit.entry e
      where v.tenant_id = ${tx.tenantId} and e.tenant_id = ${tx.tenantId} and v.sequence = e.sequence
        and (e.resource, e.resource_id) in (
          select d.resource, d.resource_id from audit.entry d
          where d.tenant_id = ${tx.tenantId} and d.request_id = ${requestId} and ${isErasing('d.')})
      returning v.sequence)
    insert into audit.subject_erasure (tenant_id, erasure_id, entries, values, erased_at)
    select ${tx.tenantId}, ${erasureId}, count(distinct sequence), count(*), ${now} from gone
    on conflict (tenant_id, erasure_id) do nothing
    returning entries, values, erased_at as "erasedAt"`);
  return erased ?? (await findErasedValues(tx, erasureId))!;
}

/** The number of the entry by which compliance recorded an erasure. */
export async function findErasureEntry(rows: Rows, requestId: string): Promise<string | undefined> {
  const [entry] = await rows.query<{ id: string }>(sql`select id from audit.entry
    where request_id = ${requestId} and event = 'SubjectErased' and service = 'compliance' order by sequence limit 1`);
  return entry?.id;
}
