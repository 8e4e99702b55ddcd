import type { AgentEntry } from '@tenantry/messaging';
import { type PlacedTable, TableSpace } from '../spaces/table-space.js';
import type { AccessRule, ColumnDefinition, TableDefinition } from '../tables/table-definition.js';
import { type Action, ACTIONS, grantFor } from './access-rule.js';
import type { Principal } from './principal.js';

/** What an agent may do at the most, as the directory has it; null for an agent that nobody knows. */
type Scope = Pick<AgentEntry, 'data' | 'dataClasses'> | null;

/** Whose rows it touches: null for a member of an unknown role, who may do nothing; undefined for nobody's. */
type Member = Principal | null | undefined;

/**
 * The tables as an agent may use them: what the table declares for agents, what the agent's configuration names, and, when it
 * acts on behalf of a member, what that member may do, all three at once. Where only one of table and member limits it
 * to own rows, the member's do count; a table that limits agents to own rows, and the member not, is closed, for the policies of a
 * statement know one role.
 */
export function narrowToAgent(space: TableSpace, scope: Scope, member: Member): TableSpace {
  const narrowed = [...space.tables].map(({ schema, definition }): PlacedTable => ({
    schema,
    definition: narrowTable(definition, scope, member),
  }));
  return new TableSpace(space.version, space.role, narrowed, space.hasValueIndex);
}

function narrowTable(table: TableDefinition, scope: Scope, member: Member): TableDefinition {
  const rules = ACTIONS.flatMap((action) => ruleFor(table, scope, member, action) ?? []);
  // Whom a table names is bound by what it says of them: nothing, unless a rule follows.
  const nothing: AccessRule = { to: ['agent'], actions: [], columns: null, rows: 'all' };
  return { ...table, access: [nothing, ...rules] };
}

function ruleFor(table: TableDefinition, scope: Scope, member: Member, action: Action): AccessRule | null {
  const granted = grantFor(table, 'agent', action);
  const named = scope?.data.find((one) => one.table === table.name);
  const members = member === undefined ? granted : grantFor(table, member, action);
  if (!scope || !granted || !members || !named?.actions.includes(action)) return null;
  if (granted.rows === 'own' && members.rows === 'all') return null;
  const isAllowed = ({ name, classification }: ColumnDefinition): boolean =>
    scope.dataClasses.includes(classification) && (named.columns.length === 0 || named.columns.includes(name));
  const columns = table.columns.filter(
    (column) => isAllowed(column) && granted.covers(column) && members.covers(column),
  );
  return { to: ['agent'], actions: [action], columns: columns.map(({ name }) => name), rows: members.rows };
}
