import { AgentConfig, operations } from '@tenantry/contracts';
import { Fault, permits } from '@tenantry/kernel';

export type VersionStatus = 'draft' | 'published' | 'superseded' | 'rolled_back';

/** A version of an agent's configuration. Only its status, and who published it when, ever change. */
export interface Version {
  readonly agentId: string;
  readonly number: number;
  readonly status: VersionStatus;
  readonly config: AgentConfig;
  readonly note: string | null;
  /** The version that was in force when this one was published; null for the first. */
  readonly replaced: number | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly publishedBy: string | null;
  readonly publishedAt: Date | null;
}

/**
 * Permissions with which an agent could make credentials, people or agents, raise its budgets, loosen its guardrails or open tables to itself, and so get
 * around whatever limits it. No agent has them, whoever publishes it.
 */
const NEVER: readonly string[] = [
  ...['agents.write', 'agents.use', 'agents.approve', 'agents.stop'],
  ...['keys.write', 'members.write', 'tenant.write', 'tenant.delete', 'budgets.write', 'tables.write', 'tools.write'],
  ...['agreements.write', 'guardrails.write'],
];

const TENANT_PERMISSIONS: ReadonlySet<string> = new Set(
  operations.flatMap(({ scope, permission }) => (scope === 'tenant' && permission !== null ? [permission] : [])),
);

/**
 * Checks what a draft says that its fields' rules can't.
 * @throws Fault `invalid-input` naming the field
 */
export function checkConfig(config: AgentConfig): void {
  config.permissions.forEach((grant, index) => checkPermission(grant, `config.permissions[${index}]`));
  assertUnique(
    config.tools.map(({ name }) => name),
    'config.tools',
  );
  assertUnique(
    config.data.map(({ table }) => table),
    'config.data',
  );
  assertUnique(
    config.guardrails.map(({ name }) => name),
    'config.guardrails',
  );
}

function checkPermission(grant: string, field: string): void {
  if (![...TENANT_PERMISSIONS].some((permission) => permits([grant], permission)))
    throw new Fault('invalid-input', { field, detail: `No operation of a tenant asks for ${grant}` });
  const never = NEVER.find((permission) => permits([grant], permission));
  if (never !== undefined)
    throw new Fault('invalid-input', {
      field,
      detail: `No agent can have ${never}: with it, it could escape its limits`,
    });
}

function assertUnique(names: readonly string[], field: string): void {
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0)
    throw new Fault('invalid-input', {
      field: `${field}[${twice}]`,
      detail: `${names[twice]} is there more than once`,
    });
}

/**
 * What the tenant's plan must include for a version to be published: for each model and tool, any one of the features named.
 * A plan has all models with `models`, or one with `models.<name>`, where characters that a feature can't have are dashes;
 * the same for tools.
 */
export function neededFeatures(config: AgentConfig): { readonly field: string; readonly anyOf: readonly string[] }[] {
  const feature = (kind: string, name: string): string[] => [
    kind,
    `${kind}.${name.replace(/[^A-Za-z0-9_.-]/g, '-')}`.slice(0, 64),
  ];
  return [
    { field: 'config.model', anyOf: feature('models', config.model) },
    ...config.fallbackModels.map((model, index) => ({
      field: `config.fallbackModels[${index}]`,
      anyOf: feature('models', model),
    })),
    ...config.tools.map(({ name }, index) => ({ field: `config.tools[${index}]`, anyOf: feature('tools', name) })),
  ];
}
