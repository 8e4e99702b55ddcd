import { isObject } from '../completions/invalid.js';
import { BY_NAME, LISTS, SchemaProblem, SINGLE } from '../schemas/json-schema.js';
import { target, type JsonSchema } from '../schemas/json-schema.js';

type Node = Readonly<Record<string, unknown>>;

/** Words about a schema that help no model. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  '$ref',
  'xml',
  'externalDocs',
  'example',
  'examples',
  'discriminator',
  'nullable',
]);
/** References that are followed for one tool: each could be to a schema of references. */
const MAX_SCHEMAS = 2_000;
const MAX_HOPS = 10;

/** Reads schemas of an OpenAPI document as JSON Schema without references: models are shown each tool by itself. */
export class OpenApiSchemas {
  private count = 0;

  constructor(private readonly document: Node) {}

  /** What a node is, following its references. @throws SchemaProblem for one that leads nowhere, or in a circle */
  resolved(node: unknown, place: string): Node {
    let at = node;
    for (let hops = 0; isObject(at) && at.$ref !== undefined; hops += 1) {
      const found = hops < MAX_HOPS ? target(this.document, at.$ref) : undefined;
      if (found === undefined)
        throw new SchemaProblem(`${place}.$ref`, 'leads nowhere in this document, or in a circle');
      at = found;
    }
    if (!isObject(at)) throw new SchemaProblem(place, 'must be an object');
    return at;
  }

  /** @throws SchemaProblem for a schema that refers to itself, or becomes too large */
  inlined(schema: unknown, place: string, within: readonly unknown[] = []): JsonSchema {
    if (typeof schema === 'boolean') return schema;
    const node = this.resolved(schema, place);
    if (within.includes(node)) throw new SchemaProblem(place, 'refers to itself; such schemas are not supported');
    if ((this.count += 1) > MAX_SCHEMAS)
      throw new SchemaProblem(place, `has more than ${MAX_SCHEMAS} schemas when references are followed`);
    const inner = (one: unknown, at: string): JsonSchema => this.inlined(one, `${place}.${at}`, [...within, node]);
    const read = Object.entries(node).flatMap(([name, value]): [string, unknown][] =>
      LEFT_OUT.has(name) || name.startsWith('x-') ? [] : [[name, valueOf(name, value, inner)]],
    );
    return ofVersion31(Object.fromEntries(read), node.nullable === true);
  }
}

function valueOf(name: string, value: unknown, inner: (one: unknown, at: string) => JsonSchema): unknown {
  if (isOneOf(SINGLE, name)) return inner(value, name);
  if (isOneOf(LISTS, name) && Array.isArray(value)) return value.map((one, index) => inner(one, `${name}[${index}]`));
  if (isOneOf(BY_NAME, name) && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one, `${name}.${key}`)]));
  return value;
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** What OpenAPI 3.0 says in its own way, as JSON Schema says it. */
function ofVersion31(schema: Node, isNullable: boolean): Node {
  const read: Record<string, unknown> = { ...schema };
  for (const [limit, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if (typeof read[exclusive] !== 'boolean') continue;
    if (read[exclusive]) {
      read[exclusive] = read[limit];
      delete read[limit];
    } else delete read[exclusive];
  }
  if (isNullable && read.type !== undefined) read.type = [...[read.type].flat(), 'null'];
  if (isNullable && Array.isArray(read.enum)) read.enum = [...(read.enum as unknown[]), null];
  return read;
}
