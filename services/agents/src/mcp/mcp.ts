import { Controller } from '@nestjs/common';
import { mcp, Reply, type McpRequest } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Toolbox } from '../tools/toolbox.js';
import { printError, printResult, readMessage, RpcError, type Message } from './json-rpc.js';
import { McpServer, PROTOCOL_VERSIONS } from './mcp-server.js';

const ACCEPTED = 202;

/** One message of the Model Context Protocol in, at most one out. */
@Controller()
export class Mcp {
  constructor(
    private readonly server: McpServer,
    private readonly toolbox: Toolbox,
  ) {}

  @Handles(mcp)
  async handle({ body, contentType, protocolVersion }: McpRequest, ctx: TenantContext): Promise<Reply<never>> {
    if (protocolVersion !== '' && !PROTOCOL_VERSIONS.includes(protocolVersion))
      throw new Fault('malformed-request', {
        detail: `MCP-Protocol-Version is one of ${PROTOCOL_VERSIONS.join(', ')}`,
      });
    this.toolbox.calling(ctx);
    let message: Message | null = null;
    try {
      message = readMessage(body, contentType);
      if (message.id === null) return new Reply<never>(Buffer.alloc(0), { status: ACCEPTED });
      return new Reply<never>(printResult(message.id, await this.server.answer(message, ctx)));
    } catch (error) {
      if (error instanceof RpcError) return new Reply<never>(printError(message?.id ?? null, error));
      throw error;
    }
  }
}
