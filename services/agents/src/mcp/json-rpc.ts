import { parseJsonStrict } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';

/** Errors of JSON-RPC 2.0, section 5.1. */
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;

/** A request, or without an id a notification. */
export interface Message {
  readonly id: string | number | null;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Something that JSON-RPC has a code for. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads one message; batches are not part of the protocol any more (MCP 2025-06-18).
 * @throws Fault `malformed-request` or `unsupported-media-type`, RpcError
 */
export function readMessage(body: Uint8Array, contentType: string): Message {
  if (!/^application\/json\s*(;|$)/i.test(contentType))
    throw new Fault('unsupported-media-type', { detail: 'A message is application/json' });
  const json = parseJsonStrict(body);
  if (!isObject(json) || json.jsonrpc !== '2.0' || typeof json.method !== 'string')
    throw new RpcError(INVALID_REQUEST, 'This is not one JSON-RPC 2.0 request or notification');
  const { id = null, method, params = {} } = json;
  if (id !== null && typeof id !== 'string' && typeof id !== 'number')
    throw new RpcError(INVALID_REQUEST, 'The id is text or a number');
  if (!isObject(params)) throw new RpcError(INVALID_PARAMS, 'params is an object');
  return { id, method, params };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Prints an answer. */
export function printResult(id: Message['id'], result: object): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

/** Prints a refusal. */
export function printError(id: Message['id'], { code, message }: RpcError): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
}
