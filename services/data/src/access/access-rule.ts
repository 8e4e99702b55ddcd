import type { AccessRule, ColumnDefinition, TableDefinition } from '../tables/table-definition.js';
import type { Principal } from './principal.js';

export type Action = 'select' | 'insert' | 'update' | 'delete';

export const ACTIONS: readonly Action[] = ['select', 'insert', 'update', 'delete'];

/** What a principal may do in one action. */
export interface Grant {
  readonly rows: 'all' | 'own';
  /** The columns it may see or set. */
  readonly covers: (column: ColumnDefinition) => boolean;
}

/** Those whom policies name; support has a part of its own in each of them. */
const PRINCIPALS: readonly Principal[] = [
  'owner',
  'admin',
  'manager',
  'staff',
  'agent',
  'compliance',
  'customer',
  'secret_key',
  'public_key',
  'service',
];

/** Support is bound by its grant instead: which tables there are for it, and whether it may write. */
const EVERYTHING: readonly Principal[] = ['owner', 'admin', 'manager', 'staff', 'secret_key', 'service', 'support'];

/** What somebody may do with a table that does not name them. */
function isAllowedByDefault(principal: Principal, action: Action): boolean {
  return EVERYTHING.includes(principal) || (principal === 'compliance' && action === 'select');
}

/** A public key can be read in any browser, so it never reaches what is about a person. */
function isPublic({ classification }: ColumnDefinition): boolean {
  return classification === 'none' || classification === 'internal';
}

/** How far a principal may go, or null for not at all. Whom a table names at all is bound by what it says of them. */
export function grantFor(
  table: Pick<TableDefinition, 'access'>,
  principal: Principal | null,
  action: Action,
): Grant | null {
  if (principal === null) {
    return null;
  }
  const rules = table.access.filter((rule) => rule.to.includes(principal));
  if (rules.length === 0) {
    return isAllowedByDefault(principal, action) ? { rows: 'all', covers: () => true } : null;
  }
  const rule = rules.find((one) => one.actions.includes(action));
  return rule ? { rows: rule.rows, covers: coverage(rule, principal) } : null;
}

function coverage({ columns }: AccessRule, principal: Principal): Grant['covers'] {
  const isListed = columns === null ? () => true : ({ name }: ColumnDefinition) => columns.includes(name);
  return principal === 'public_key' ? (column) => isPublic(column) && isListed(column) : isListed;
}

/** Whom each action's policy lets at all rows, and whom at their own. */
export type Policies = Readonly<
  Record<Action, { readonly all: readonly Principal[]; readonly own: readonly Principal[] }>
>;

/** A table's access as the policies of its DDL: the rows part of it holds in Postgres as well. */
export function policiesOf(table: Pick<TableDefinition, 'access'>): Policies {
  const entry = (action: Action) => {
    const rowsOf = (principal: Principal) => grantFor(table, principal, action)?.rows;
    return {
      all: PRINCIPALS.filter((principal) => rowsOf(principal) === 'all'),
      own: PRINCIPALS.filter((principal) => rowsOf(principal) === 'own'),
    };
  };
  return { select: entry('select'), insert: entry('insert'), update: entry('update'), delete: entry('delete') };
}
