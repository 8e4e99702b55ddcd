import { json } from '../client/client.js';
import type { Form } from './form.js';
import type { Kind, Thing } from './kinds.js';

/** The request of the Model Context Protocol: the one tool of an agent, called with its token. */
export async function mcpForm(make: (kind: Kind) => Promise<Thing>): Promise<Form> {
  const { name, caller } = await make('mcpCaller');
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } };
  return {
    label: '',
    caller: caller!,
    ids: {},
    request: () => json('POST', '/mcp', message),
    proves: ({ text }) => text.includes('"isError":false'),
  };
}
