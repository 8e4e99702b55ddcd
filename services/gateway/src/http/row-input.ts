import { parseMessage } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Exchange } from '../pipeline/exchange.js';

type Reader = (exchange: Exchange) => unknown;

const header =
  (name: string): Reader =>
  ({ incoming }) => {
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };

/** Where requests whose form is written by hand have what their operations take, by the name of the field. */
const readers: Readonly<Record<string, Reader>> = {
  table: ({ incoming }) => incoming.params.table,
  query: ({ incoming }) => incoming.query,
  prefer: header('prefer'),
  range: header('range'),
  accept: header('accept'),
  profile: (exchange) => header(isRead(exchange) ? 'accept-profile' : 'content-profile')(exchange),
  head: ({ incoming }) => incoming.method === 'HEAD',
  contentType: header('content-type'),
  protocolVersion: header('mcp-protocol-version'),
  body: ({ body }) => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
};

/**
 * The input of a row API or MCP operation: the request as it came, for its service to read as the protocol has it. A body that
 * the operation has no field for must be empty, unless it is the operation's stream.
 */
export function readRows(exchange: Exchange): Uint8Array {
  const { input } = exchange.operation;
  const names = input.fields.map(({ wire }) => wire);
  if (exchange.body.length > 0 && !names.includes('body'))
    throw new Fault('invalid-input', { field: 'body', detail: 'This operation takes no body' });
  const given = Object.fromEntries(
    names.map((name) => [name, readers[name]?.(exchange)]).filter(([, value]) => value !== undefined),
  );
  parseMessage(input, given);
  return Buffer.from(JSON.stringify(given));
}

function isRead({ incoming }: Exchange): boolean {
  return incoming.method === 'GET' || incoming.method === 'HEAD';
}
