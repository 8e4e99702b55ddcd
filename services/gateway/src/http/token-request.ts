import { parseRequest } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { readBasic } from '../credentials/client-credentials.js';
import type { Exchange } from '../pipeline/exchange.js';
import { readDerived } from './derived-input.js';
import { RESOURCE } from './protected-resource.js';

const FORM = /^application\/x-www-form-urlencoded *(?:; *charset="?utf-8"?)? *$/i;

/**
 * The input of the token endpoint: a form as OAuth has it, with the client that HTTP Basic names; or JSON as everywhere.
 * @throws Fault `invalid-input` naming the field
 */
export function readTokenRequest(exchange: Exchange): Uint8Array {
  const { operation, incoming, body } = exchange;
  if (!FORM.test(incoming.headers['content-type'] ?? '')) return readJson(exchange);
  const known = new Set(operation.input.fields.map(({ wire }) => wire));
  const form: Record<string, string> = { ...readForm(body, known), ...clientOf(exchange) };
  if (form.grant_type === undefined) throw new Fault('malformed-request', { detail: 'grant_type is missing' });
  parseRequest(operation, { path: {}, query: {}, body: form });
  assertOurs(form.resource, incoming.host);
  return Buffer.from(JSON.stringify(form));
}

function readJson(exchange: Exchange): Uint8Array {
  const input = readDerived(exchange);
  const { resource } = JSON.parse(Buffer.from(input).toString()) as { readonly resource?: string | null };
  assertOurs(resource ?? undefined, exchange.incoming.host);
  return input;
}

/** No parameter comes twice, one without a value was not given, and those that nobody knows are ignored (RFC 6749, section 3.2). */
function readForm(body: Uint8Array, known: ReadonlySet<string>): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString())) {
    if (Object.hasOwn(form, name)) throw invalid(name, 'was given twice');
    if (value !== '' && known.has(name)) form[name] = value;
  }
  return form;
}

function clientOf({ incoming }: Exchange): Record<string, string> {
  const basic = readBasic(incoming.headers.authorization);
  return basic === null ? {} : { client_id: basic.clientId };
}

/** A token for another server is asked for there. */
function assertOurs(resource: string | undefined, host: string): void {
  if (resource === undefined) return;
  const { hostname, pathname } = new URL(resource);
  if (hostname !== host || pathname !== RESOURCE) throw invalid('resource', `must be this server’s ${RESOURCE}`);
}

function invalid(field: string, what: string): Fault {
  return new Fault('invalid-input', { field, detail: `${field} ${what}` });
}
