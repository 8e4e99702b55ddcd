import type { Arguments, InputSchema } from '../tools/tool.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type ParameterPlace = 'path' | 'query' | 'header';

/** Where a value goes in a request. */
export interface Parameter {
  readonly name: string;
  readonly in: ParameterPlace;
  /** Stands for the tenant: no model sees or sets it. */
  readonly isTenant: boolean;
}

/** An operation of an API as a tool: read from an OpenAPI document once, called without it. */
export interface HttpTool {
  /** `<api>__<operation>` */
  readonly name: string;
  readonly description: string;
  readonly method: Method;
  /** With names in braces, below the API's base URL. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly hasBody: boolean;
  /** Fields of the body that get the tenant's id. */
  readonly tenantFields: readonly string[];
  /** Of the arguments: parameters by name, and `body`. */
  readonly inputSchema: InputSchema;
}

/** A request of an API, without its credential. */
export interface HttpRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Between the name of an API and that of its operation; no other tool's name has it. */
export const SEPARATOR = '__';

/** The API that a tool's name belongs to; null for a tool that is not one of an API. */
export function apiOf(tool: string): string | null {
  const at = tool.indexOf(SEPARATOR);
  return at > 0 ? tool.slice(0, at) : null;
}

/**
 * The request that a call becomes. Arguments have been checked against the schema; here is made sure that none of them leaves its place.
 * @throws RangeError naming the argument that would
 */
export function requestOf(tool: HttpTool, baseUrl: string, given: Arguments, tenantId: string): HttpRequest {
  const values = tool.parameters.map((parameter) => ({
    ...parameter,
    value: parameter.isTenant ? tenantId : given[parameter.name],
  }));
  const url = urlOf(tool, baseUrl, values);
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const { name, in: place, value } of values)
    if (place === 'header' && value !== undefined) headers[name.toLowerCase()] = headerValue(name, value);
  const body = bodyOf(tool, given.body, tenantId);
  if (body !== null) headers['content-type'] = 'application/json';
  return { method: tool.method, url, headers, body };
}

type Value = Parameter & { readonly value: unknown };

function urlOf(tool: HttpTool, baseUrl: string, values: readonly Value[]): URL {
  const path = tool.path.replace(/\{([^{}]+)\}/g, (_, name: string) =>
    segment(name, values.find((one) => one.in === 'path' && one.name === name)?.value),
  );
  const base = new URL(baseUrl);
  const pathname = base.pathname.replace(/\/$/, '') + path;
  const url = new URL(base.origin + pathname);
  if (url.origin !== base.origin || url.pathname !== pathname) throw new RangeError('path');
  for (const { name, in: place, value } of values) {
    if (place !== 'query' || value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) url.searchParams.append(name, textOf(one));
  }
  return url;
}

/** One segment of a path stays one: no slash, and not the dots that would climb. */
function segment(name: string, value: unknown): string {
  const text = textOf(value);
  if (text === '' || text === '.' || text === '..') throw new RangeError(name);
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function headerValue(name: string, value: unknown): string {
  const text = textOf(value);
  if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError(name);
  return text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bodyOf({ hasBody, tenantFields }: HttpTool, body: unknown, tenantId: string): string | null {
  if (!hasBody || (body === undefined && tenantFields.length === 0)) return null;
  if (tenantFields.length === 0) return JSON.stringify(body);
  const own = Object.fromEntries(tenantFields.map((name) => [name, tenantId]));
  return JSON.stringify({ ...(body as object | undefined), ...own });
}
