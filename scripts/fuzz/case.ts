import type { Operation } from '@tenantry/contracts';
import type { RawRequest } from './http.js';

/** One request to try, as plain JSON: it can be kept and sent again. Tokens such as `{{table.name}}` stand for ids made anew. */
export interface Case {
  readonly operation: string;
  /** What the generator meant it to be: within the contract, one rule broken, or anything. */
  readonly kind: 'valid' | 'near' | 'hostile';
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or bytes as base64 that no text can be. */
  readonly body: { readonly text: string } | { readonly base64: string } | null;
  /** The field that the refusal must name. */
  readonly field?: string;
}

/** An input as the contract sees it: JSON values by field. */
export type Input = Readonly<Record<string, unknown>>;

const TOKEN = /\{\{(\w+)\.(\w+)\}\}/g;
const JSON_TYPE = { 'content-type': 'application/json' };

/** The request that carries an input, by the operation's declaration. */
export function caseOf(operation: Operation, kind: Case['kind'], input: Input, field?: string): Case {
  const { method, path } = operation.http!;
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeText(textOf(input[name])));
  const rest = Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined);
  const base = { operation: operation.name, kind, method, headers: {}, field };
  if (method === 'GET' || method === 'DELETE') {
    const query = rest.map(([name, value]) => pairs(name, value)).filter(Boolean);
    return { ...base, target: filled + (query.length ? `?${query.join('&')}` : ''), body: null };
  }
  return { ...base, target: filled, headers: JSON_TYPE, body: { text: JSON.stringify(Object.fromEntries(rest)) } };
}

function pairs(name: string, value: unknown): string {
  const values = Array.isArray(value) ? value : [value];
  return values.map((one) => `${encodeText(name)}=${encodeText(textOf(one))}`).join('&');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Percent-encodes text, but for tokens; half of a surrogate pair, which has no encoding, becomes a byte that is no UTF-8. */
export function encodeText(text: string): string {
  const encoded = Array.from(text, (one) => (one.isWellFormed() ? encodeURIComponent(one) : '%ED')).join('');
  return encoded.replace(/%7B%7B(\w+\.\w+)%7D%7D/g, '{{$1}}');
}

/** What a case needs to be made before it can be sent, e.g. `table`. */
export function suppliesIn(one: Case): string[] {
  return [...new Set([...JSON.stringify(one).matchAll(TOKEN)].map(([, name]) => name!))];
}

/** Ids by supply and member. */
export type Supplied = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The bytes of a case, its tokens replaced. */
export function requestOf(one: Case, supplied: Supplied): RawRequest {
  const fill = (text: string, encode: (value: string) => string): string =>
    text.replace(TOKEN, (token, name: string, member: string) => {
      const value = supplied[name]?.[member];
      return value === undefined ? token : encode(value);
    });
  const plain = (value: string): string => value;
  const headers = Object.entries(one.headers).map(([name, value]) => [name, fill(value, plain)]);
  return {
    method: one.method,
    target: fill(one.target, encodeURIComponent).replace(/[^\x21-\x7e]/g, encodeURIComponent),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body:
      one.body &&
      ('text' in one.body ? Buffer.from(fill(one.body.text, plain)) : Buffer.from(one.body.base64, 'base64')),
  };
}
