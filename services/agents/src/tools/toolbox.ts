import { Injectable } from '@nestjs/common';
import type { AgentTool } from '@tenantry/contracts';
import { Fault, permits, type TenantContext } from '@tenantry/kernel';
import { Directories, type AgentEntry } from '@tenantry/messaging';
import { operationTools } from './operation-tools.js';
import { rowTools } from './row-tools.js';
import type { Calling, Tool } from './tool.js';

/** Every tool that there is, and which of them an agent may call. */
@Injectable()
export class Toolbox {
  private made: ReadonlyMap<string, Tool> | undefined;

  constructor(private readonly directories: Directories) {}

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
  list(ctx: TenantContext): AgentTool[] {
    if (ctx.actor.kind !== 'agent') return [...this.tools.values()].map((tool) => shown(tool, null));
    const calling = this.calling(ctx);
    return calling.agent.tools.flatMap(({ name }) => {
      const tool = this.find(name, calling);
      return tool ? [shown(tool, calling.agent)] : [];
    });
  }

  /** The tool of a name, if the agent may call it. */
  find(name: string, { ctx, agent }: Calling): Tool | undefined {
    const tool = this.tools.get(name);
    const isGranted = agent.tools.some((one) => one.name === name);
    return tool && isGranted && permits(ctx.permissions, tool.permission) ? tool : undefined;
  }
}

function shown(tool: Tool, agent: AgentEntry | null): AgentTool {
  const { name, description, writes } = tool;
  const needsApproval = agent?.tools.find((one) => one.name === name)?.needsApproval ?? false;
  return { name, description, inputSchema: tool.schemaFor(agent), writes, needsApproval };
}
