import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import type { Arguments } from '../tools/tool.js';
import { blocked } from './guarded-chat.js';
import { inspect, inspectTools, type Decision, type Guardrail, type Stage } from './guardrail.js';
import { ConfigsInForce } from '../versions/configs-in-force.js';
import { forAgent } from './agent-guardrails.js';
import { TenantGuardrails } from './tenant-guardrails.js';

/** Shows what tools are given and what they answer to the tenant's guardrails, whichever way the tool was called. */
@Injectable()
export class GuardedTools {
  constructor(
    private readonly guardrails: TenantGuardrails,
    private readonly configs: ConfigsInForce,
  ) {}

  /** The arguments as they may go on. Decisions are added to the list. @throws Fault `guardrail-blocked` */
  async arguments(tool: string, given: Arguments, ctx: TenantContext, decisions: Decision[]): Promise<Arguments> {
    const guardrails = await this.of(ctx);
    take(inspectTools(guardrails, 'tool-arguments', [tool]), decisions);
    return guarded(guardrails, 'tool-arguments', given, decisions) as Arguments;
  }

  /** A result as a model may see it. Decisions are added to the list. @throws Fault `guardrail-blocked` */
  async result(result: unknown, ctx: TenantContext, decisions: Decision[]): Promise<unknown> {
    return guarded(await this.of(ctx), 'tool-result', result, decisions);
  }

  /** The tenant's, as they hold for the agent that calls. */
  private async of(ctx: TenantContext): Promise<readonly Guardrail[]> {
    const [tenants, config] = await Promise.all([this.guardrails.of(ctx), this.configs.of(ctx)]);
    return config ? forAgent(tenants, config.guardrails) : tenants;
  }
}

/** Each text of a value by itself, names of members and numbers included; a limit of length is for all of it. */
function guarded(guardrails: readonly Guardrail[], stage: Stage, value: unknown, decisions: Decision[]): unknown {
  const active = guardrails.filter(({ mode, stages }) => mode !== 'off' && stages.includes(stage));
  const lengths = active.filter(({ kind }) => kind === 'length');
  const others = active.filter(({ kind }) => kind !== 'length');
  if (lengths.length > 0) take(inspect(lengths, stage, JSON.stringify(value) ?? '').decisions, decisions);
  if (others.length === 0) return value;
  const read = (text: string): string => {
    const looked = inspect(others, stage, text);
    take(looked.decisions, decisions);
    return looked.text;
  };
  return mapped(value, read);
}

function mapped(value: unknown, read: (text: string) => string): unknown {
  if (typeof value === 'string') return value === '' ? value : read(value);
  if (typeof value === 'number') {
    const text = String(value);
    const left = read(text);
    return left === text ? value : left;
  }
  if (Array.isArray(value)) return value.map((one) => mapped(one, read));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [read(name), mapped(one, read)]));
}

function take(made: readonly Decision[], decisions: Decision[]): void {
  decisions.push(...made);
  const refusal = made.find(({ isEnforced, verdict }) => isEnforced && verdict === 'blocked');
  if (refusal) throw blocked(refusal);
}
