import { sql, type Transaction } from '@tenantry/database';
import type { NoticeTemplate as TemplateMessage } from '@tenantry/contracts';
import type { Rows } from '../requests/privacy-request.table.js';
import { DISCLAIMER, NOTICES, REQUIRED, type NoticeKind, type NoticeTemplate } from './notice.js';

/** The tenant's own wording of a notice, if it has one. */
export async function findTemplate(tx: Transaction, kind: NoticeKind): Promise<NoticeTemplate | undefined> {
  return tx.one<NoticeTemplate>(sql`select subject, text from compliance.notice_template where kind = ${kind}`);
}

/** The tenant's own wordings, by kind. */
export async function findTemplates(rows: Rows): Promise<ReadonlyMap<string, NoticeTemplate>> {
  const found = await rows.query<NoticeTemplate & { kind: string }>(
    sql`select kind, subject, text from compliance.notice_template`,
  );
  return new Map(found.map(({ kind, ...template }) => [kind, template]));
}

export async function saveTemplate(
  tx: Transaction,
  kind: NoticeKind,
  { subject, text }: NoticeTemplate,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    insert into compliance.notice_template (tenant_id, kind, subject, text, changed_at)
    values (${tx.tenantId}, ${kind}, ${subject}, ${text}, ${now})
    on conflict (tenant_id, kind) do update
    set subject = excluded.subject, text = excluded.text, changed_at = excluded.changed_at`);
}

/** Answers whether there was one. */
export async function deleteTemplate(tx: Transaction, kind: NoticeKind): Promise<boolean> {
  return (await tx.execute(sql`delete from compliance.notice_template where kind = ${kind}`)) > 0;
}

/** A notice's wording: the tenant's own, or the service's. */
export function toMessage(kind: NoticeKind, own: NoticeTemplate | undefined): TemplateMessage {
  const { subject, text } = own ?? NOTICES[kind];
  return { kind, subject, text, custom: own !== undefined, required: [...REQUIRED[kind]], disclaimer: DISCLAIMER };
}
