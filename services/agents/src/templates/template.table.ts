import { AgentConfig, printMessage, readMessage, type AgentTemplate } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { Origin, Template } from './template.js';

const MAX_TEMPLATES = 200;

const columns = sql`v.name, v.version, v.title, v.description, v.config, v.note, v.published_by as "publishedBy",
  v.published_at as "publishedAt", t.withdrawn_at is not null as "isWithdrawn"`;
const joined = sql`agents.agent_template t join agents.agent_template_version v using (tenant_id, name)`;

type TemplateRow = Omit<Template, 'config'> & { readonly config: unknown };

const fromRow = (row: TemplateRow): Template => ({ ...row, config: readMessage(AgentConfig, row.config) });

/** The newest version of each template, by name. */
export async function listTemplateRows(rows: Rows): Promise<Template[]> {
  const found = await rows.query<TemplateRow>(sql`select distinct on (v.name) ${columns} from ${joined}
    order by v.name, v.version desc limit ${MAX_TEMPLATES}`);
  return found.map(fromRow);
}

/** A version of a template, or the newest, withdrawn or not; undefined when there is none. */
export async function findTemplate(rows: Rows, name: string, version: number | null): Promise<Template | undefined> {
  const [row] = await rows.query<TemplateRow>(sql`select ${columns} from ${joined}
    where v.name = ${name} and (${version}::integer is null or v.version = ${version}) order by v.version desc limit 1`);
  return row && fromRow(row);
}

/** Adds the next version, and puts a template that was withdrawn on offer again. @throws Fault `conflict` when there are too many */
export async function insertTemplate(
  tx: Transaction,
  template: Omit<Template, 'version' | 'isWithdrawn'>,
): Promise<Template> {
  const { name, title, description, note, publishedBy, publishedAt } = template;
  const config = JSON.stringify(printMessage(AgentConfig, template.config));
  const locked =
    await tx.execute(sql`insert into agents.agent_template (tenant_id, name) select ${tx.tenantId}::uuid, ${name}
    where (select count(*) < ${MAX_TEMPLATES} from agents.agent_template where name <> ${name})
    on conflict (tenant_id, name) do update set withdrawn_at = null`);
  if (locked !== 1) throw new Fault('conflict', { detail: `There are at most ${MAX_TEMPLATES} templates` });
  const row = await tx.one<{ version: number }>(sql`
    insert into agents.agent_template_version (tenant_id, name, version, title, description, config, note, published_by, published_at)
    select ${tx.tenantId}, ${name}, coalesce(max(version), 0) + 1, ${title}, ${description}, ${config}::jsonb, ${note}, ${publishedBy}, ${publishedAt}
    from agents.agent_template_version where name = ${name} returning version`);
  return { ...template, version: row!.version, isWithdrawn: false };
}

/** Takes a template off the offer. @throws Fault `not-found` */
export async function withdrawTemplate(tx: Transaction, name: string, at: Date): Promise<Template> {
  const changed = await tx.execute(
    sql`update agents.agent_template set withdrawn_at = coalesce(withdrawn_at, ${at}) where name = ${name}`,
  );
  const template = changed === 1 ? await findTemplate(tx, name, null) : undefined;
  if (!template) throw new Fault('not-found');
  return template;
}

/** The version of a template that an agent's configuration was last made from or upgraded to; undefined when it never was. */
export async function findOrigin(rows: Rows, agentId: string): Promise<Origin | undefined> {
  const [row] = await rows.query<Origin>(sql`select template, template_version as version from agents.agent_version
    where agent_id = ${agentId} and template is not null order by number desc limit 1`);
  return row;
}

export function toMessage({ publishedBy: _, isWithdrawn, ...template }: Template): AgentTemplate {
  return { ...template, withdrawn: isWithdrawn };
}
