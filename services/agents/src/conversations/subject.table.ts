import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../rows.js';
import type { Subject } from './conversation.js';
import type { ConversationSeal } from './conversation-seal.js';

interface SubjectRow {
  readonly conversationId: string;
  readonly position: number;
  readonly table: string;
  readonly value: string;
}

const columns = sql`conversation_id as "conversationId", position, subject_table as "table", value`;
const placeOf = (conversationId: string, position: number): string => `${conversationId}/${position}`;

/** The people whom a conversation is about, in the order in which they were named. */
export async function listSubjects(
  rows: Rows,
  seal: ConversationSeal,
  { tenantId, conversationId }: { readonly tenantId: string; readonly conversationId: string },
): Promise<Subject[]> {
  const found = await rows.query<SubjectRow>(
    sql`select ${columns} from agents.conversation_subject where conversation_id = ${conversationId} order by position`,
  );
  return Promise.all(found.map((row) => opened(seal, tenantId, row)));
}

async function opened(seal: ConversationSeal, tenantId: string, row: SubjectRow): Promise<Subject> {
  const value = await seal.openSubject(tenantId, placeOf(row.conversationId, row.position), row.value);
  return { table: row.table, value };
}

/** Names people after those who are named already; who is named already stays once. The caller holds the conversation's lock. */
export async function addSubjects(
  tx: Transaction,
  seal: ConversationSeal,
  conversationId: string,
  named: readonly Subject[],
): Promise<number> {
  const known = await listSubjects(tx, seal, { tenantId: tx.tenantId, conversationId });
  const keyOf = ({ table, value }: Subject): string => JSON.stringify([table, value]);
  const there = new Set(known.map(keyOf));
  const fresh = [...new Map(named.map((one) => [keyOf(one), one])).entries()].filter(([key]) => !there.has(key));
  if (fresh.length === 0) return 0;
  const rows = await Promise.all(
    fresh.map(async ([, subject], index) => {
      const position = known.length + index + 1;
      return {
        position,
        table: subject.table,
        ...(await seal.sealSubject(tx.tenantId, placeOf(conversationId, position), subject)),
      };
    }),
  );
  await tx.execute(sql`insert into agents.conversation_subject (tenant_id, conversation_id, position, subject_table, blind, value)
    select ${tx.tenantId}, ${conversationId}, s.* from unnest(${rows.map(({ position }) => position)}::integer[],
      ${rows.map(({ table }) => table)}::text[], ${rows.map(({ blind }) => blind)}::integer[], ${rows.map(({ value }) => value)}::text[]) as s`);
  return rows.length;
}

/** The conversations that are about a person. What only looks alike in the index is opened and left out. */
export async function conversationsAbout(
  rows: Rows,
  seal: ConversationSeal,
  tenantId: string,
  person: Subject,
): Promise<string[]> {
  const indexes = await seal.indexesOf(tenantId, person);
  const found = await rows.query<SubjectRow>(sql`select ${columns} from agents.conversation_subject
    where subject_table = ${person.table} and blind = any(${[...indexes]}::integer[]) order by conversation_id, position`);
  const named = await Promise.all(found.map(async (row) => ({ row, subject: await opened(seal, tenantId, row) })));
  return named.filter(({ subject }) => subject.value === person.value).map(({ row }) => row.conversationId);
}
