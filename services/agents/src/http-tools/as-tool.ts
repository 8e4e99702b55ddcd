import { Fault } from '@tenantry/kernel';
import { violations } from '../schemas/conforms.js';
import type { Arguments, Calling, Planned, Tool } from '../tools/tool.js';
import { requestOf } from './http-tool.js';
import type { ApiTool } from './tool-apis.js';

/** What every agent with tools has: which of them, its configuration says. */
const PERMISSION = 'agents.call';

/** An operation of an API as agents know tools. */
export function asTool(apiTool: ApiTool): Tool {
  const { tool, api } = apiTool;
  return {
    ...{ name: tool.name, description: tool.description, permission: PERMISSION },
    ...{ writes: tool.method !== 'GET', isExternal: true, tenantNames: api.tenantParameters },
    schemaFor: () => tool.inputSchema,
    plan: (given, calling) => planned(apiTool, given, calling),
  };
}

function planned(apiTool: ApiTool, given: Arguments, { ctx }: Calling): Planned {
  const { tool, api } = apiTool;
  const found = violations(tool.inputSchema, given);
  const errors = found.map(({ path, message }) => ({
    field: path === '' ? 'arguments' : `arguments.${path}`,
    message,
  }));
  if (errors.length > 0) throw new Fault('invalid-input', { errors });
  try {
    return { apiTool, request: requestOf(tool, api.baseUrl, given, ctx.tenantId) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const detail = 'This value can’t be written into an address or header';
    throw new Fault('invalid-input', { field: `arguments.${error.message}`, detail });
  }
}
