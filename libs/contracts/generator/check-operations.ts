import type { HttpRoute } from '../src/operation.js';
import { pathNames, type Model, type ModelField, type ModelOperation, type Problem } from './model.js';

const PERMISSION = /^[a-z][a-z_]*\.[a-z][a-z_]*$/;
const PATH = /^(\/([\w.~*-]+|\{\w+\}))+$/;
const DERIVED_PATH = /^\/(v1|rest\/v1\/rpc)\//;
const RATE_CLASSES = ['read', 'write', 'auth', 'bulk'];
const AGENT_AUDIENCES = ['api', 'mcp', 'completions', 'any', 'none'];
const QUERY_KINDS = ['string', 'bool', 'int32', 'int64', 'double', 'timestamp'];

/** How problems name an operation. */
export function nameOf(operation: ModelOperation): string {
  return `${operation.desc.parent.typeName}.${operation.name}`;
}

/** What an operation may not say although protobuf would let it. */
export function checkOperation(model: Model, operation: ModelOperation, problem: Problem): void {
  const say = (what: string): void => problem(nameOf(operation), what);
  const { http, callers, scope, rateClass } = operation;
  checkPermission(operation, say);
  if (rateClass !== null && !RATE_CLASSES.includes(rateClass)) {
    say(`has an unknown rate class: ${rateClass}`);
  }
  if (operation.agentAudience !== null && !AGENT_AUDIENCES.includes(operation.agentAudience)) {
    say(`has an unknown audience for agents: ${operation.agentAudience}`);
  }
  if (!http && !callers.length) {
    say('can be called by nobody: it has neither a path nor callers');
  }
  if (http && scope === 'internal') {
    say('has scope internal and a path');
  }
  if (http) {
    const fields = model.messages.get(operation.input)?.fields ?? [];
    checkRoute(http, operation, fields, say);
    checkTaking(http, { what: 'CloudEvents', name: operation.cloudEvents }, fields, say);
    checkTaking(http, { what: 'a single item', name: operation.singleItem }, fields, say);
  }
}

function checkPermission({ permission, scope }: ModelOperation, say: (what: string) => void): void {
  const needed = scope === 'tenant' || scope === 'platform';
  if (needed !== (permission !== null)) {
    say(`has scope ${scope} and ${needed ? 'no' : 'a'} permission`);
  }
  if (permission !== null && !PERMISSION.test(permission)) {
    say(`has a permission that is not <resource>.<verb>: ${permission}`);
  }
}

function checkRoute(
  http: HttpRoute,
  operation: ModelOperation,
  fields: readonly ModelField[],
  say: (what: string) => void,
): void {
  const { method, path, custom } = http;
  if (!PATH.test(path) || !(custom || DERIVED_PATH.test(path))) {
    say(`has a path that is not under /v1/: ${path}`);
  }
  if (operation.idempotent && method === 'GET') {
    say('is a GET, which is always idempotent');
  }
  for (const name of pathNames(path).filter((one) => !isPlain(fields.find(({ wire }) => wire === one)))) {
    say(`has {${name}} in its path, which is not a plain text or integer field of its input`);
  }
  const inQuery = method === 'GET' || method === 'DELETE' || operation.streams === 'request';
  const deep = fields.filter((field) => field.map || !QUERY_KINDS.includes(field.kind));
  if (inQuery && !custom && deep.length) {
    say(`takes its fields from the query string, which can not hold ${deep.map(({ name }) => name).join(', ')}`);
  }
}

/** What bodies of another shape are put into. */
function checkTaking(
  { method, custom }: HttpRoute,
  { what, name }: { readonly what: string; readonly name: string | null },
  fields: readonly ModelField[],
  say: (what: string) => void,
): void {
  if (name === null) {
    return;
  }
  if (!isListOfMessages(fields.find(({ wire }) => wire === name))) {
    say(`takes ${what} in ${name}, which is no repeated message of its input`);
  }
  if (method !== 'POST' || custom) {
    say(`takes ${what} and is not a POST of the gateway`);
  }
}

function isListOfMessages(field: ModelField | undefined): boolean {
  return field?.kind === 'message' && field.repeated;
}

function isPlain(field: ModelField | undefined): boolean {
  return (
    field !== undefined &&
    ['string', 'int32', 'int64'].includes(field.kind) &&
    !field.optional &&
    !field.repeated &&
    !field.map
  );
}
