import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { operations, type Operation } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { isAgentTool } from '@tenantry/messaging';
import { namesTenant } from './tenant-argument.js';
import type { Arguments, InputSchema, PlannedOperation, Tool } from './tool.js';

/** The part of an OpenAPI document that says what an operation takes. */
interface Described {
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly required?: boolean;
    readonly schema?: object;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const { resolve } = createRequire(import.meta.url);

/** Every operation of a tenant that has one JSON input and one JSON answer, as a tool; nothing is registered by hand. */
export function operationTools(): Tool[] {
  const document = JSON.parse(readFileSync(resolve('@tenantry/contracts/openapi.json'), 'utf8')) as Document;
  const fit = operations.filter((one) => isAgentTool(one) && !one.http!.custom && !one.raw && one.rateClass !== 'auth');
  return fit.map((operation) => operationTool(operation, document));
}

function operationTool(operation: Operation, document: Document): Tool {
  const described = document.paths[operation.http!.path]![operation.http!.method.toLowerCase()]!;
  const schema = schemaOf(described, document);
  return {
    name: snakeCase(operation.name),
    description: described.description ?? operation.summary,
    writes: operation.http!.method !== 'GET' && operation.rateClass !== 'read',
    permission: operation.permission!,
    schemaFor: () => schema,
    plan: (given: Arguments, { ctx }): PlannedOperation => ({
      operation,
      input: { ...given, ...tenantFields(operation, ctx) },
    }),
  };
}

/** What the operation takes about the tenant is the token's to say. */
function tenantFields({ input }: Operation, { tenantId }: TenantContext): object {
  const fields = input.fields.filter(({ wire }) => namesTenant(wire));
  return Object.fromEntries(fields.map(({ wire }) => [wire, tenantId]));
}

function schemaOf(described: Described, document: Document): InputSchema {
  const parameters = (described.parameters ?? []).filter(
    (one) => one.name && (one.in === 'path' || one.in === 'query'),
  );
  const body = inlined(described.requestBody?.content['application/json']?.schema ?? {}, document) as Schema;
  const properties = Object.fromEntries([
    ...parameters.map(({ name, schema, description }) => [
      name,
      { ...schema, ...(description ? { description } : {}) },
    ]),
    ...Object.entries(body.properties ?? {}),
  ]) as Record<string, object>;
  const required = [...parameters.flatMap((one) => (one.required ? [one.name!] : [])), ...(body.required ?? [])];
  const shown = Object.entries(properties).filter(([name]) => !namesTenant(name));
  return {
    type: 'object',
    properties: Object.fromEntries(shown),
    required: required.filter((name) => !namesTenant(name)),
    additionalProperties: false,
  };
}

/** A schema without references: models are shown each tool by itself. */
function inlined(schema: unknown, document: Document): unknown {
  if (Array.isArray(schema)) return schema.map((one: unknown) => inlined(one, document));
  if (typeof schema !== 'object' || schema === null) return schema;
  const reference = (schema as Schema).$ref;
  const target = typeof reference === 'string' ? document.components.schemas[reference.split('/').at(-1)!] : undefined;
  if (target) return inlined(target, document);
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, inlined(value, document)]));
}

/** `ListMembers` → `list_members` */
function snakeCase(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
