import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Operation } from '@tenantry/contracts';

/** The part of JSON Schema that the contract's OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A field of an operation's input, as HTTP takes it. */
export interface Field {
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Described {
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly required?: boolean;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const { resolve } = createRequire(import.meta.url);
const document = JSON.parse(readFileSync(resolve('@tenantry/contracts/openapi.json'), 'utf8')) as Document;

/** What an operation takes, from the document that is generated from the same declaration as the operation itself. */
export function fieldsOf({ http, name }: Operation): Field[] {
  const described = http ? document.paths[http.path]?.[http.method.toLowerCase()] : undefined;
  if (!described) throw new Error(`${name} is not in the OpenAPI document`);
  const parameters = (described.parameters ?? []).flatMap(({ name: field, in: place, required = false, schema }) =>
    field && schema && (place === 'path' || place === 'query')
      ? [{ name: field, place, required, schema } as const]
      : [],
  );
  const { anyOf: [whole] = [], ...only } = described.requestBody?.content['application/json']?.schema ?? {};
  const body = resolved(whole ?? only); // one item by itself is put into the whole by the gateway
  const members = Object.entries(body.properties ?? {}).map(([field, schema]) => {
    return { name: field, place: 'body', required: body.required?.includes(field) ?? false, schema } as const;
  });
  return [...parameters, ...members];
}

/** The schema that a reference stands for. */
export function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}
