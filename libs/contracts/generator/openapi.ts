import { EMPTY, pathNames, summaryOf, type Model, type ModelOperation } from './model.js';
import { bodyFields, bodySchema, fieldSchema, messageSchemas, usesQuery } from './openapi-schemas.js';
import { exportName } from './operations.js';
import { problemResponses, shared } from './openapi-shared.js';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of everything that is on HTTP. */
export function openApi(model: Model): Json {
  const operations = model.operations.filter((operation) => operation.http);
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const { method, path } = operation.http!;
    (paths[path] ??= {})[method.toLowerCase()] = operationObject(model, operation);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tenantry',
      version: '1',
      description:
        'The tenant backbone: tenants, people, data, audit. Errors are RFC 9457 problems whose `code` is stable.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: model.services
      .filter(({ name }) => operations.some((operation) => operation.service === name))
      .map(({ name, descriptions }) => ({ name, description: descriptions.join('\n\n') })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: { ...shared, schemas: { ...messageSchemas(model, operations), ...shared.schemas } },
    'x-tenantry-roles': rolesOf(model, 'tenant'),
  };
}

/** What each role of a tenant may do: grants such as `rows.*`. */
function rolesOf({ roles }: Model, scope: string): Record<string, readonly string[]> {
  return Object.fromEntries(roles.filter((role) => role.scope === scope).map(({ name, grants }) => [name, grants]));
}

function operationObject(model: Model, operation: ModelOperation): Json {
  const { http, scope, comment } = operation;
  const summary = summaryOf(comment);
  return {
    operationId: exportName(operation),
    tags: [operation.service],
    summary,
    description: comment,
    ...(scope === 'public' ? { security: [] } : { security: [{ bearer: [] }, { apiKey: [] }] }),
    parameters: parameters(model, operation),
    ...requestBody(model, operation),
    responses: { [http!.status]: success(operation), ...problemResponses(operation) },
    'x-tenantry': {
      scope,
      permission: operation.permission,
      audit: operation.audit,
      rateClass: operation.rateClass ?? (http!.method === 'GET' ? 'read' : 'write'),
      whenSuspended: operation.whenSuspended,
      publicKeys: operation.publicKeys,
    },
  };
}

function fieldsOf(model: Model, operation: ModelOperation) {
  return model.messages.get(operation.input)?.fields ?? [];
}

function parameters(model: Model, operation: ModelOperation): Json[] {
  const names = pathNames(operation.http!.path);
  const fields = fieldsOf(model, operation);
  const inPath = names.flatMap((name) => fields.filter((field) => field.wire === name));
  const inQuery = usesQuery(operation) ? fields.filter((field) => !names.includes(field.wire)) : [];
  return [
    ...inPath.map((field) => ({
      name: field.wire,
      in: 'path',
      required: true,
      ...described(field.comment),
      schema: fieldSchema(field, model),
    })),
    ...inQuery.map((field) => ({
      name: field.wire,
      in: 'query',
      required: field.required,
      ...described(field.comment),
      schema: fieldSchema({ ...field, optional: false }, model),
    })),
    ...(operation.scope === 'tenant' || operation.scope === 'self' ? [{ $ref: '#/components/parameters/Tenant' }] : []),
    ...(operation.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
}

function described(comment: string): Json {
  return comment ? { description: comment } : {};
}

function requestBody(model: Model, operation: ModelOperation): Json {
  if (operation.streams === 'request') {
    return { requestBody: { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } } };
  }
  const fields = bodyFields(model, operation);
  if (!fields.length) {
    return {};
  }
  const content = { 'application/json': { schema: jsonSchema(model, operation) }, ...cloudEvents(model, operation) };
  return { requestBody: { required: fields.some((field) => field.required), content } };
}

/** The body, or one item of it by itself. */
function jsonSchema(model: Model, operation: ModelOperation): Json {
  const whole = bodySchema(model, operation);
  const field = fieldsOf(model, operation).find(({ wire }) => wire === operation.singleItem);
  return field ? { anyOf: [whole, fieldSchema({ ...field, repeated: false }, model)] } : whole;
}

/** One CloudEvent by itself, and a batch, with their own media types. */
function cloudEvents(model: Model, operation: ModelOperation): Json {
  const field = fieldsOf(model, operation).find(({ wire }) => wire === operation.cloudEvents);
  if (!field) return {};
  return {
    'application/cloudevents+json': { schema: fieldSchema({ ...field, repeated: false }, model) },
    'application/cloudevents-batch+json': { schema: fieldSchema(field, model) },
  };
}

function success(operation: ModelOperation): Json {
  const description = summaryOf(operation.comment);
  if (operation.output === EMPTY && !operation.raw) {
    return { description: 'Done.' };
  }
  if (operation.raw || operation.streams === 'response') {
    return { description, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  }
  const name = operation.output.slice(operation.output.lastIndexOf('.') + 1);
  return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
}
