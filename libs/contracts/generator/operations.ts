import { useMessage } from './messages.js';
import { summaryOf, type Model, type ModelOperation } from './model.js';
import { docstring, literal, quote, Source } from './source.js';

/** The exported name of an operation: its rpc's, in lower camel case. */
export function exportName(operation: ModelOperation): string {
  return operation.name.charAt(0).toLowerCase() + operation.name.slice(1);
}

/** Writes one constant per operation, and the table of all. */
export function operationsSource(model: Model): Source {
  const source = new Source('operations', 'proto/tenantry/*/v1');
  const call = source.use('operation', '../operation');
  for (const operation of model.operations) {
    source.print(
      ...docstring(operation.comment),
      `export const ${exportName(operation)} = ${call}(${declaration(model, source, operation)});`,
      '',
    );
  }
  const type = source.use('Operation', '../operation', 'type');
  source.print(
    '/** Everything a caller can do. */',
    `export const operations: readonly ${type}[] = [${model.operations.map(exportName).join(', ')}];`,
  );
  return source;
}

function declaration(model: Model, source: Source, operation: ModelOperation): string {
  const { http } = operation;
  const flag = (value: boolean): string | undefined => (value ? 'true' : undefined);
  const text = (value: string | null): string | undefined => (value === null ? undefined : quote(value));
  return literal({
    name: quote(operation.name),
    service: quote(operation.service),
    summary: quote(summaryOf(operation.comment)),
    http: http
      ? literal({
          method: quote(http.method),
          path: quote(http.path),
          custom: flag(http.custom),
          status: `${http.status}`,
        })
      : undefined,
    permission: text(operation.permission),
    scope: quote(operation.scope),
    idempotent: flag(operation.idempotent),
    audit: text(operation.audit),
    whenSuspended: flag(operation.whenSuspended),
    rateClass: text(operation.rateClass),
    streams: operation.streams === 'none' ? undefined : quote(operation.streams),
    callers: operation.callers.length ? `[${operation.callers.map(quote).join(', ')}]` : undefined,
    raw: flag(operation.raw),
    publicKeys: flag(operation.publicKeys),
    bodyLimitBytes: operation.bodyLimitBytes?.toString(),
    agentAudience: text(operation.agentAudience),
    cloudEvents: text(operation.cloudEvents),
    singleItem: text(operation.singleItem),
    input: useMessage(model, source, operation.input),
    output: useMessage(model, source, operation.output),
  });
}

/** Writes the list of all events. */
export function eventsSource(model: Model): Source {
  const source = new Source('events', 'proto/tenantry/*/v1/events.proto');
  const type = source.use('EventType', '../message', 'type');
  const names = [...model.messages.values()]
    .filter((message) => message.event)
    .map((message) => source.use(message.name, message.file));
  source.print(
    '/** Everything that services announce. */',
    `export const events: readonly ${type}<object>[] = [${names.join(', ')}];`,
  );
  return source;
}

/** Writes who may do what. */
export function rolesSource(model: Model): Source {
  const source = new Source('roles', 'proto/tenantry/options/v1/roles.proto');
  const within = (scope: string): string =>
    literal(
      Object.fromEntries(
        model.roles
          .filter((role) => role.scope === scope)
          .map(({ name, description, grants }) => [
            name,
            literal({ description: quote(description), grants: `[${grants.map(quote).join(', ')}]` }),
          ]),
      ),
    );
  source.print(
    '/** What each role of a tenant, and each role of the platform, may do: grants in the sense of `permits`. */',
  );
  const type = `{ readonly tenant: ${source.use('Roles', '../roles', 'type')}; readonly platform: Roles }`;
  source.print(
    `export const roles = { tenant: ${within('tenant')}, platform: ${within('platform')} } as const satisfies ${type};`,
  );
  return source;
}

/** Writes the one list of everything generated. */
export function indexSource(model: Model): Source {
  const source = new Source('index', 'proto/tenantry');
  const files = [
    'events',
    'operations',
    'roles',
    ...model.files.filter((file) => file.messages.length).map((file) => file.path),
  ];
  source.print(...files.sort().map((file) => `export * from './${file}.js';`));
  return source;
}
