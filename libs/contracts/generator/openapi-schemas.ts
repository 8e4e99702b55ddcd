import { EMPTY, pathNames, type Model, type ModelField, type ModelOperation } from './model.js';
import type { Rules } from './options.js';

type Json = Record<string, unknown>;

const PLAIN: Record<string, Json> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'string', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', contentEncoding: 'base64' },
  timestamp: { type: 'string', format: 'date-time' },
};
const JSON_SHAPES = { any: {}, object: { type: 'object' }, array: { type: 'array', items: {} } };

/** Whether what is not in the path travels in the query string. */
export function usesQuery({ http, streams }: ModelOperation): boolean {
  return http!.method === 'GET' || http!.method === 'DELETE' || streams === 'request';
}

/** The fields that travel in an operation's body. */
export function bodyFields(model: Model, operation: ModelOperation): readonly ModelField[] {
  const names = pathNames(operation.http!.path);
  const fields = model.messages.get(operation.input)?.fields ?? [];
  return usesQuery(operation) ? [] : fields.filter(({ wire }) => !names.includes(wire));
}

/** The schema of an operation's body: the input, or what its path leaves of it. */
export function bodySchema(model: Model, operation: ModelOperation): Json {
  const message = model.messages.get(operation.input)!;
  const fields = bodyFields(model, operation);
  return fields.length === message.fields.length
    ? { $ref: `#/components/schemas/${message.name}` }
    : objectSchema(model, message.comment, fields, true);
}

/** The schemas of the messages in bodies and answers. What an answer has is always there; what a request needs is `required`. */
export function messageSchemas(model: Model, operations: readonly ModelOperation[]): Record<string, Json> {
  const inputs = operations.flatMap((operation) => {
    const fields = bodyFields(model, operation);
    const isWhole = fields.length > 0 && fields.length === model.messages.get(operation.input)!.fields.length;
    return isWhole ? [operation.input] : fields.flatMap((field) => field.message ?? []);
  });
  const read = reachable(model, inputs);
  const outputs = operations.filter(({ raw, streams }) => !raw && streams !== 'response').map(({ output }) => output);
  const shown = reachable(model, [...inputs, ...outputs]);
  return Object.fromEntries(
    [...model.messages.values()]
      .filter(({ typeName }) => shown.has(typeName))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, comment, fields, typeName }) => [name, objectSchema(model, comment, fields, read.has(typeName))]),
  );
}

function reachable(model: Model, roots: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name !== EMPTY && !seen.has(name)) {
      seen.add(name);
      queue.push(...(model.messages.get(name)?.fields ?? []).flatMap((field) => field.message ?? []));
    }
  }
  return seen;
}

function objectSchema(model: Model, comment: string, fields: readonly ModelField[], isInput: boolean): Json {
  const required = fields.filter((field) => !isInput || field.required).map((field) => field.wire);
  return {
    type: 'object',
    ...(comment ? { description: comment } : {}),
    ...(required.length ? { required } : {}),
    properties: Object.fromEntries(fields.map((field) => [field.wire, describedSchema(field, model)])),
    ...(isInput ? { additionalProperties: false } : {}),
  };
}

function describedSchema(field: ModelField, model: Model): Json {
  return { ...(field.comment ? { description: field.comment } : {}), ...fieldSchema(field, model) };
}

/** The JSON schema of one field. */
export function fieldSchema(field: ModelField, model: Model): Json {
  const item = { ...itemSchema(field, model), ...ruleSchema(field.rules) };
  if (field.repeated) {
    const { minItems, maxItems, uniqueItems } = field.rules ?? {};
    const list = {
      type: 'array',
      items: item,
      ...defined({ minItems, maxItems, uniqueItems: uniqueItems || undefined }),
    };
    return field.rules?.nullable ? nullable(list) : list;
  }
  if (field.map) {
    const map = { type: 'object', additionalProperties: item };
    return field.rules?.nullable ? nullable(map) : map;
  }
  return field.optional ? nullable(item) : item;
}

function itemSchema(field: ModelField, model: Model): Json {
  if (field.kind === 'message') {
    const message = model.messages.get(field.message!);
    return message ? { $ref: `#/components/schemas/${message.name}` } : { type: 'object' };
  }
  return field.kind === 'json' ? JSON_SHAPES[field.json] : PLAIN[field.kind]!;
}

function nullable(schema: Json): Json {
  if (typeof schema.type === 'string') {
    const words = Array.isArray(schema.enum) ? { enum: [...(schema.enum as string[]), null] } : {};
    return { ...schema, type: [schema.type, 'null'], ...words };
  }
  return '$ref' in schema ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function ruleSchema(rules: Rules | null): Json {
  if (!rules) {
    return {};
  }
  const formats = { uuid: rules.uuid, email: rules.email, uri: rules.url, hostname: rules.hostname };
  return defined({
    minLength: rules.minLength ?? (rules.required && rules.maxLength !== undefined ? 1 : undefined),
    maxLength: rules.maxLength,
    pattern: rules.pattern || undefined,
    enum: rules.in.length ? rules.in : undefined,
    minimum: rules.gte,
    maximum: rules.lte,
    format: Object.entries(formats).find(([, given]) => given)?.[0],
  });
}

function defined(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
