import type { ColumnDefinition, TableDefinition } from '../tables/table-definition.js';

type Traits = Partial<Omit<ColumnDefinition, 'name' | 'type'>>;

function column(name: string, type: string, traits: Traits = {}): ColumnDefinition {
  return { name, type, nullable: true, default: null, unique: false, classification: 'internal', ...traits };
}

function table(name: string, primaryKey: string, columns: readonly ColumnDefinition[], now: Date): TableDefinition {
  return {
    name,
    kind: 'system',
    columns,
    primaryKey: [primaryKey],
    foreignKeys: [],
    subjectColumn: null,
    ownerColumn: null,
    access: [],
    createdAt: now.toISOString(),
  };
}

const NOW = { function: 'now()' } as const;

/** What every schema starts with besides its audit log: its settings, and the people its product knows. */
export function defaultTables(now: Date): readonly TableDefinition[] {
  const settings = table(
    'settings',
    'key',
    [
      column('key', 'text', { nullable: false, classification: 'none' }),
      column('value', 'jsonb'),
      column('updated_at', 'timestamptz', { nullable: false, default: NOW, classification: 'none' }),
    ],
    now,
  );
  const users = table(
    'users',
    'id',
    [
      column('id', 'uuid', { nullable: false, default: { function: 'uuidv7()' }, classification: 'none' }),
      column('email', 'text', { classification: 'personal', unique: true }),
      column('full_name', 'text', { classification: 'personal' }),
      column('role', 'text'),
      column('created_at', 'timestamptz', { nullable: false, default: NOW, classification: 'none' }),
    ],
    now,
  );
  return [settings, { ...users, subjectColumn: 'id' }];
}

/** The tenant's audit trail as a table that can only be read, by those who may read the trail itself. */
export function auditLogTable(now: Date): TableDefinition {
  const texts = [
    'action',
    'outcome',
    'actor_kind',
    'actor_id',
    'actor_role',
    'service',
    'event',
    'operation',
    'resource',
  ];
  const columns = [
    column('sequence', 'bigint', { nullable: false }),
    column('occurred_at', 'timestamptz', { nullable: false }),
    ...texts.map((name) => column(name, 'text')),
    column('resource_id', 'text'),
    column('change', 'text'),
    column('old_values', 'jsonb'),
    column('new_values', 'jsonb'),
    column('request_id', 'text'),
  ];
  return {
    ...table('audit_log', 'sequence', columns, now),
    access: [
      { to: ['owner', 'admin', 'manager', 'compliance', 'service'], actions: ['select'], columns: null, rows: 'all' },
      { to: ['staff', 'agent', 'customer', 'secret_key', 'public_key'], actions: [], columns: null, rows: 'all' },
    ],
  };
}
