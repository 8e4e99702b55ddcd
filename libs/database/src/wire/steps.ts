import { type Sql, quoteIdentifier } from '../sql.js';
import type { Step } from './flight.js';

/** Settings that last until the end of the transaction. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

type SettingName =
  | 'app.tenant_id'
  | 'app.person_id'
  | 'app.actor_id'
  | 'app.actor_role'
  | 'app.purpose'
  | 'app.grant_tables'
  | 'app.grant_access'
  | 'role'
  | 'search_path'
  | 'statement_timeout'
  | 'idle_in_transaction_session_timeout';

const texts = new Map<string, string>();

/**
 * Sets settings until the end of the transaction. The condition is never true: the statement has no row to send and
 * none to read.
 */
function settingText(names: readonly string[]): string {
  const shape = names.join();
  let text = texts.get(shape);
  if (text === undefined) {
    const calls = names.map((name, i) => `set_config('${name}', $${i + 1}, true)`);
    text = `select where ${calls.join(' || ')} is null`;
    texts.set(shape, text);
  }
  return text;
}

/** A step that sets what is given, and nothing else. */
export function settingStep(settings: Settings): Step {
  const text = settingText(Object.keys(settings));
  return { text, values: Object.values(settings), key: text, silent: true };
}

const TENANT_TEXT = settingText(['app.tenant_id']);
const TENANT_IN_SCHEMA_TEXT = settingText(['app.tenant_id', 'role', 'search_path']);

/** The two hottest cases of `settingStep`, without building anything. */
export function tenantStep(tenantId: string): Step {
  return { text: TENANT_TEXT, values: [tenantId], key: TENANT_TEXT, silent: true };
}

export function tenantInSchemaStep(tenantId: string, role: string, searchPath: string): Step {
  return {
    text: TENANT_IN_SCHEMA_TEXT,
    values: [tenantId, role, searchPath],
    key: TENANT_IN_SCHEMA_TEXT,
    silent: true,
  };
}

/** Schemas as the setting `search_path` wants them. */
export function searchPathText(schemas: readonly string[]): string {
  return schemas.map(quoteIdentifier).join(', ');
}

/** What a statement was prepared for: plans depend on the role and on where names are looked up. */
export interface Shape {
  /** Role, search path and table version, or empty. */
  readonly key: string;
}

export const DEFAULT_SHAPE: Shape = { key: '' };

export function statementStep(statement: Sql, shape: Shape = DEFAULT_SHAPE): Step {
  const text = statement.text;
  return { text, values: statement.values, key: shape.key + text };
}

/** A fixed statement of our own. */
export function fixedStep(text: string, values: readonly unknown[] = [], silent = true): Step {
  return { text, values, key: text, silent };
}
