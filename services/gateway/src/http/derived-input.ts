import { parseJsonStrict, parseRequest } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Exchange } from '../pipeline/exchange.js';
import { cloudEventsInput } from './cloud-events.js';
import { decodeQuery } from './query-string.js';
import { singleItemInput } from './single-item.js';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:; *charset="?utf-8"?)? *$/i;
const EMPTY_INPUT = Buffer.from('{}');

/**
 * The input of an operation whose HTTP form follows from its declaration: path, query string and JSON body. Bytes that
 * are the input already are passed on as they came.
 */
export function readDerived(exchange: Exchange): Uint8Array {
  const { operation, body } = exchange;
  const { params } = exchange.incoming;
  const query = { ...lastEvent(exchange), ...decodeQuery(exchange.incoming.query) };
  const json = readBody(exchange);
  const respelled = cloudEventsInput(operation, exchange.incoming, json) ?? singleItemInput(operation, json);
  if (respelled) return readRespelled(exchange, respelled);
  const message = parseRequest(operation, { path: params, query, body: json }) as Readonly<Record<string, unknown>>;
  if (operation.http?.method === 'GET' || operation.http?.method === 'DELETE')
    return printGiven(message, { ...query, ...params });
  for (const _name in params) return printBoth(json, message, params);
  return body.length > 0 ? body : EMPTY_INPUT;
}

/** What a body of another shape says, as the input that it is. */
function readRespelled({ operation, incoming }: Exchange, body: object): Uint8Array {
  parseRequest(operation, { path: incoming.params, query: decodeQuery(incoming.query), body });
  return Buffer.from(JSON.stringify(body));
}

/** Where a stream of server-sent events goes on: browsers say it in a header (WHATWG HTML, 9.2.4). */
function lastEvent({ operation, incoming }: Exchange): Record<string, string> {
  const seen = incoming.headers['last-event-id'];
  const isKnown = operation.streams === 'response' && operation.input.fields.some(({ wire }) => wire === 'lastEventId');
  return isKnown && typeof seen === 'string' && seen !== '' ? { lastEventId: seen } : {};
}

function readBody({ body, operation, incoming }: Exchange): unknown {
  if (body.length === 0) return undefined;
  if (operation.http?.method === 'DELETE')
    throw new Fault('invalid-input', { field: 'body', detail: 'This operation takes no body' });
  if (!JSON_TYPE.test(incoming.headers['content-type'] ?? '')) {
    throw new Fault('unsupported-media-type', { detail: 'The body must be application/json in UTF-8' });
  }
  return parseJsonStrict(body);
}

/** Only what was given, so that what was not keeps its default in the service. */
function printGiven(message: Readonly<Record<string, unknown>>, given: object): Uint8Array {
  const names = Object.keys(given);
  if (names.length === 0) return EMPTY_INPUT;
  return Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, message[name]])), printBig));
}

/** The body, and what the address says in the kinds that its fields have. */
function printBoth(json: unknown, message: Readonly<Record<string, unknown>>, params: object): Uint8Array {
  const inAddress = Object.fromEntries(Object.keys(params).map((name) => [name, message[name]]));
  return Buffer.from(JSON.stringify({ ...(json as object), ...inAddress }, printBig));
}

function printBig(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
