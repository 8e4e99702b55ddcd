import { Injectable } from '@nestjs/common';
import type { AgentTool } from '@tenantry/contracts';
import { Fault, permits, type TenantContext } from '@tenantry/kernel';
import { Directories, type AgentEntry } from '@tenantry/messaging';
import { asTool } from '../http-tools/as-tool.js';
import { apiOf } from '../http-tools/http-tool.js';
import { ToolApis } from '../http-tools/tool-apis.js';
import { operationTools } from './operation-tools.js';
import { rowTools } from './row-tools.js';
import type { Calling, Tool } from './tool.js';

/** Every tool that there is, and which of them an agent may call. */
@Injectable()
export class Toolbox {
  private made: ReadonlyMap<string, Tool> | undefined;

  constructor(
    private readonly directories: Directories,
    private readonly apis: ToolApis,
  ) {}

  /** Made when the first is asked for: their schemas come from the whole API document. */
  private get tools(): ReadonlyMap<string, Tool> {
    return (this.made ??= new Map([...rowTools(), ...operationTools()].map((tool) => [tool.name, tool])));
  }

  /** Who calls, as an agent of its tenant. @throws Fault `forbidden` for anybody else */
  calling(ctx: TenantContext): Calling {
    const agent = ctx.actor.kind === 'agent' ? this.directories.agents.get(ctx.actor.id) : undefined;
    if (agent?.tenantId !== ctx.tenantId) throw new Fault('forbidden', { detail: 'Only an agent calls tools' });
    return { ctx, agent };
  }

  /** The tools that an agent may call now; to anybody else, all that a configuration can name. */
  async list(ctx: TenantContext): Promise<AgentTool[]> {
    if (ctx.actor.kind !== 'agent') {
      const ofApis = (await this.apis.all(ctx)).map(asTool);
      return [...this.tools.values(), ...ofApis].map((tool) => shown(tool, null));
    }
    const calling = this.calling(ctx);
    const found = await Promise.all(calling.agent.tools.map(({ name }) => this.find(name, calling)));
    return found.flatMap((tool) => (tool ? [shown(tool, calling.agent)] : []));
  }

  /** The tool of a name, if the agent may call it. */
  async find(name: string, { ctx, agent }: Calling): Promise<Tool | undefined> {
    if (!agent.tools.some((one) => one.name === name)) return undefined;
    const tool = apiOf(name) === null ? this.tools.get(name) : await this.ofApi(name, ctx);
    return tool && permits(ctx.permissions, tool.permission) ? tool : undefined;
  }

  /** Whether a configuration can name it. What was read of APIs may be some seconds old, so that is looked up anew for one that is not there. */
  async knows(name: string, ctx: TenantContext): Promise<boolean> {
    if (apiOf(name) === null) return this.tools.has(name);
    if (await this.ofApi(name, ctx)) return true;
    this.apis.forget(ctx);
    return (await this.ofApi(name, ctx)) !== undefined;
  }

  private async ofApi(name: string, ctx: TenantContext): Promise<Tool | undefined> {
    const found = await this.apis.find(name, ctx);
    return found && asTool(found);
  }
}

function shown(tool: Tool, agent: AgentEntry | null): AgentTool {
  const { name, description, writes, isExternal = false } = tool;
  const needsApproval = agent?.tools.find((one) => one.name === name)?.needsApproval ?? false;
  return { name, description, inputSchema: tool.schemaFor(agent), writes, needsApproval, external: isExternal };
}
