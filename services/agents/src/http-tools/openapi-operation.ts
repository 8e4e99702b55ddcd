import { SchemaProblem, checkSchema, type JsonSchema } from '../schemas/json-schema.js';
import { SEPARATOR, type HttpTool, type Parameter, type ParameterPlace } from './http-tool.js';
import type { Found } from './openapi.js';
import { OpenApiSchemas } from './openapi-schema.js';
import { withoutTenant } from './tenant-parts.js';

type Node = Readonly<Record<string, unknown>>;

interface ReadParameter extends Parameter {
  readonly schema: JsonSchema;
  readonly description: string | undefined;
  readonly isRequired: boolean;
}

const MAX_NAME_CHARS = 64;
const MAX_DESCRIPTION_CHARS = 1_000;
const MAX_PARAMETER_CHARS = 100;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Headers by which a call could be made to be from somebody else, or to be another call. */
const FORBIDDEN_HEADER =
  /^(authorization|cookie|host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|accept|accept-encoding|forwarded|via|x-forwarded-.*|proxy-.*|tenantry-.*)$/i;

/** Reads one operation of a document. @throws SchemaProblem with the place of what can't be a tool */
export function readOperation(
  found: Found,
  api: string,
  document: Node,
  isTenant: (name: string) => boolean,
): HttpTool {
  const { method, path, place, operation } = found;
  const schemas = new OpenApiSchemas(document);
  const parameters = readParameters(found, schemas, isTenant);
  checkPath(path, place, parameters);
  const body = readBody(operation.requestBody, `${place}.requestBody`, schemas, isTenant);
  if (body && parameters.some(({ name }) => name === 'body'))
    throw new SchemaProblem(`${place}.parameters`, 'must not have one named body, which is where the body goes');
  const shown = parameters.filter((one) => !one.isTenant);
  const properties = Object.fromEntries(
    shown.map(({ name, schema, description }) => [name, described(schema, description)]),
  );
  const required = shown.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    ...{ name: nameOf(found, api), description: descriptionOf(operation, found), method, path },
    parameters: parameters.map(({ name, in: where, isTenant: isTheirs }) => ({ name, in: where, isTenant: isTheirs })),
    ...{ hasBody: body !== null, tenantFields: body?.tenantFields ?? [] },
    inputSchema: {
      type: 'object',
      properties: body ? { ...properties, body: body.schema } : properties,
      required: body?.isRequired ? [...required, 'body'] : required,
      additionalProperties: false,
    },
  };
}

function nameOf({ id, method, path, place }: Found, api: string): string {
  const own = (id ?? `${method.toLowerCase()}${path}`)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  const name = `${api}${SEPARATOR}${own}`;
  if (own === '') throw new SchemaProblem(`${place}.operationId`, 'must have a letter or a digit');
  if (name.length > MAX_NAME_CHARS)
    throw new SchemaProblem(
      `${place}.operationId`,
      `makes a tool’s name of more than ${MAX_NAME_CHARS} characters: ${name}`,
    );
  return name;
}

function descriptionOf({ description, summary }: Node, { method, path }: Found): string {
  const text = [description, summary].find((one): one is string => typeof one === 'string' && one.trim() !== '');
  return (text ?? `${method} ${path}`).trim().slice(0, MAX_DESCRIPTION_CHARS);
}

function described(schema: JsonSchema, description: string | undefined): JsonSchema {
  return description === undefined || typeof schema === 'boolean' || schema.description !== undefined
    ? schema
    : { ...schema, description: description.slice(0, MAX_DESCRIPTION_CHARS) };
}

/** Parameters of the path and of the operation; of two with one name and place the operation's own counts. */
function readParameters(
  { pathItem, operation, place }: Found,
  schemas: OpenApiSchemas,
  isTenant: (name: string) => boolean,
): ReadParameter[] {
  const listed = (list: unknown, at: string): ReadParameter[] => {
    if (list === undefined) return [];
    if (!Array.isArray(list)) throw new SchemaProblem(at, 'must be a list');
    return list.flatMap((one: unknown, index) =>
      readParameter(schemas.resolved(one, `${at}[${index}]`), `${at}[${index}]`, schemas, isTenant),
    );
  };
  const own = listed(operation.parameters, `${place}.parameters`);
  const common = listed(pathItem.parameters, `${place.slice(0, place.lastIndexOf('.'))}.parameters`);
  const all = [
    ...common.filter((one) => !own.some(({ name, in: where }) => name === one.name && where === one.in)),
    ...own,
  ];
  const twice = all.find(({ name }, index) => all.findIndex((one) => one.name === name) < index);
  if (twice) throw new SchemaProblem(`${place}.parameters`, `has two parameters named ${twice.name}`);
  return all;
}

function readParameter(
  parameter: Node,
  place: string,
  schemas: OpenApiSchemas,
  isTenant: (name: string) => boolean,
): ReadParameter[] {
  const { name, where } = nameAndPlace(parameter, place);
  const isRequired = parameter.required === true || where === 'path';
  if (where === 'cookie') {
    if (isRequired) throw new SchemaProblem(place, 'is a cookie, which no tool can set');
    return [];
  }
  if (where === 'header' && FORBIDDEN_HEADER.test(name)) return []; // they are said elsewhere: section 4.8.12 of OpenAPI 3.1
  if (parameter.content !== undefined) throw new SchemaProblem(`${place}.content`, 'is not supported; use a schema');
  const schema = schemas.inlined(parameter.schema ?? {}, `${place}.schema`);
  checkSchema(schema, `${place}.schema`);
  assertFlat(schema, where, `${place}.schema`);
  const description = typeof parameter.description === 'string' ? parameter.description : undefined;
  return [{ name, in: where, isTenant: isTenant(name), schema, description, isRequired }];
}

function nameAndPlace({ name, in: where }: Node, place: string): { name: string; where: ParameterPlace | 'cookie' } {
  if (typeof name !== 'string' || name === '' || name.length > MAX_PARAMETER_CHARS)
    throw new SchemaProblem(`${place}.name`, 'must be a name');
  if (!['path', 'query', 'header', 'cookie'].includes(where as string))
    throw new SchemaProblem(`${place}.in`, 'must be path, query, header or cookie');
  if (where === 'header' && !HEADER_NAME.test(name)) throw new SchemaProblem(`${place}.name`, 'is no name of a header');
  return { name, where: where as ParameterPlace | 'cookie' };
}

/** What goes into an address is one value, or in a query a list of them. */
function assertFlat(schema: JsonSchema, where: ParameterPlace, place: string): void {
  if (typeof schema === 'boolean') return;
  const types = [schema.type ?? []].flat();
  if (types.includes('object') || schema.properties !== undefined)
    throw new SchemaProblem(place, 'is an object, which can’t be written into an address or header');
  if (types.includes('array') && where !== 'query')
    throw new SchemaProblem(place, 'is a list, which only a query can have');
}

function checkPath(path: string, place: string, parameters: readonly ReadParameter[]): void {
  const named = [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1]!);
  const missing = named.find((name) => !parameters.some((one) => one.in === 'path' && one.name === name));
  if (missing !== undefined) throw new SchemaProblem(place, `has {${missing}} in its path and no parameter for it`);
  const plain = path.replace(/\{[^{}]+\}/g, 'x');
  if (/[{}?#\\]/.test(plain) || new URL(`http://host${plain}`).pathname !== plain)
    throw new SchemaProblem(
      place,
      'has a path that is no plain path: no dots that climb, no query, no characters to be encoded',
    );
}

interface ReadBody {
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
  readonly tenantFields: readonly string[];
}

function readBody(
  given: unknown,
  place: string,
  schemas: OpenApiSchemas,
  isTenant: (name: string) => boolean,
): ReadBody | null {
  if (given === undefined) return null;
  const body = schemas.resolved(given, place);
  const content = schemas.resolved(body.content, `${place}.content`);
  const json = Object.keys(content).find((type) => /^application\/json\s*(;|$)/i.test(type));
  if (json === undefined)
    throw new SchemaProblem(
      `${place}.content`,
      'must have application/json; leave this operation out with `operations`',
    );
  const at = `${place}.content.${json}.schema`;
  const inlined = schemas.inlined(schemas.resolved(content[json], `${place}.content.${json}`).schema ?? {}, at);
  checkSchema(inlined, at);
  const { schema, tenantFields } = withoutTenant(inlined, at, isTenant);
  return { schema, tenantFields, isRequired: body.required === true };
}
