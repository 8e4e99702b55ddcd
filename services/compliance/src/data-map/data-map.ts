import type { DataMapPlace, SubjectColumn, SubjectTable } from '@tenantry/contracts';
import type { PlatformPlace } from './platform-places.js';

/** What the tenant says of one of its tables. */
export interface TableRecord {
  readonly table: string;
  readonly people: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly recipients: readonly string[];
  readonly retention: string;
  readonly eraseAction: 'delete' | 'mask' | 'keep';
  readonly keepReason: string | null;
}

const OPEN: ReadonlySet<string> = new Set(['none', 'internal']);
const NOT_SAID = 'Not described yet: PUT /v1/compliance/data-map/tables/{table}';

const isPersonal = ({ classification }: Pick<SubjectColumn, 'classification'>): boolean => !OPEN.has(classification);

/** What a place says of itself while nobody described it. */
const UNDESCRIBED = {
  declared: false,
  people: NOT_SAID,
  purpose: NOT_SAID,
  legalBasis: NOT_SAID,
  recipients: [],
  retention: NOT_SAID,
  eraseAction: 'delete',
  keepReason: null,
};

/** A tenant's or the product's table in the data map; undefined when nothing in it is about people. */
export function placeOfTable(table: SubjectTable, record: TableRecord | undefined): DataMapPlace | undefined {
  const columns = table.columns.filter(isPersonal).map(({ name, classification }) => ({ name, classification }));
  const subject = table.subjectColumn == null ? [] : [`subject: ${table.subjectColumn}`];
  if (columns.length === 0 && record === undefined && subject.length === 0) return undefined;
  const links = [...subject, ...table.links];
  return { service: 'data', place: table.table, columns, links, protection: protectionOf(columns), ...saidOf(record) };
}

function saidOf(
  record: TableRecord | undefined,
): typeof UNDESCRIBED | (Omit<TableRecord, 'table'> & { declared: true; recipients: string[] }) {
  if (!record) return { ...UNDESCRIBED, recipients: [] };
  const { people, purpose, legalBasis, recipients, retention, eraseAction, keepReason } = record;
  return {
    declared: true,
    people,
    purpose,
    legalBasis,
    recipients: [...recipients],
    retention,
    eraseAction,
    keepReason,
  };
}

/** How sensitive columns of Tenantry's own tables are, by `table.column`: what their migrations say. */
export type Classes = ReadonlyMap<string, string>;

/** Tenantry's own tables in the data map. Messages, which every service has, are as sensitive as the most sensitive of them. */
export function placesOf(place: PlatformPlace, classes: Classes): DataMapPlace[] {
  const { tables, people, purpose, legalBasis, recipients, retention, eraseAction, keepReason, service } = place;
  const said = {
    service,
    people,
    purpose,
    legalBasis,
    recipients: [...recipients],
    retention,
    eraseAction,
    keepReason,
  };
  return Object.entries(tables).map(([name, columns]) => ({
    ...said,
    place: name,
    declared: true,
    columns: columns.map((column) => ({
      name: column,
      classification: classes.get(`${name}.${column}`) ?? 'sensitive',
    })),
    protection: 'Forced row-level security; sealed where the value is not needed to find rows',
    links: [],
  }));
}

function protectionOf(columns: readonly Pick<SubjectColumn, 'classification'>[]): string {
  const isSealed = columns.some(({ classification }) => classification === 'phi' || classification === 'secret');
  const sealed = isSealed ? '; phi and secret columns encrypted with the tenant’s key (AES-256-GCM)' : '';
  return `Forced row-level security, access as the table declares, every change in the audit log${sealed}`;
}
