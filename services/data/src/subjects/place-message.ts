import type { SubjectColumn, SubjectPlace, SubjectTable } from '@tenantry/contracts';
import type { ForeignKey, TableDefinition } from '../tables/table-definition.js';
import type { Decision } from './erasure-actions.js';
import type { Mention, OwnPlace, Unsearched } from './subject-walk.js';

/** How a foreign key is shown. */
export function linkText({ columns, table, referencedColumns }: ForeignKey): string {
  return `${columns.join(', ')} → ${table}.${referencedColumns.join(', ')}`;
}

function columnsOf(
  { columns }: TableDefinition,
  isThirdParty: (name: string) => boolean = () => false,
): SubjectColumn[] {
  return columns.map(({ name, classification }) => ({ name, classification, thirdParty: isThirdParty(name) }));
}

/** A table as the data map shows it. */
export function tableOfMap(table: TableDefinition): SubjectTable {
  const { name, kind, subjectColumn, foreignKeys } = table;
  return { table: name, kind, subjectColumn, columns: columnsOf(table), links: foreignKeys.map(linkText) };
}

/** A table with rows of the person. */
export function ownMessage(place: OwnPlace, rows: bigint, { action, reason }: Decision): SubjectPlace {
  const { table, direct, parents, recursive, thirdParty } = place;
  return {
    table: table.definition.name,
    kind: 'own',
    rows,
    columns: columnsOf(table.definition, (name) => thirdParty.has(name)),
    via: [...direct.map(({ column }) => column), ...[...parents, ...recursive].map(linkText)],
    erase: action,
    reason,
  };
}

/** Rows of others that refer to the person or their rows. */
export function mentionMessage({ table, key }: Mention, rows: bigint, { action, reason }: Decision): SubjectPlace {
  const columns = columnsOf(table.definition).filter(({ name }) => key.columns.includes(name));
  return { table: table.definition.name, kind: 'mention', rows, columns, via: [linkText(key)], erase: action, reason };
}

/** A table that has to be searched by hand. */
export function unsearchedMessage({ table, reason }: Unsearched): SubjectPlace {
  const columns = columnsOf(table.definition);
  return { table: table.definition.name, kind: 'unsearched', rows: 0n, columns, via: [], erase: 'manual', reason };
}
