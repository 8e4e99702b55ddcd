import { AgentConfig, printMessage, readMessage } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { checkConfig } from '../versions/version.js';
import { merge, type Change } from './merge.js';

/** A version of a template of agents. */
export interface Template {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly description: string | null;
  readonly config: AgentConfig;
  readonly note: string | null;
  readonly publishedBy: string;
  readonly publishedAt: Date;
  readonly isWithdrawn: boolean;
}

/** The version of a template that something was made from. */
export interface Origin {
  readonly template: string;
  readonly version: number;
}

/** Checks what a template says. @throws Fault `invalid-input` naming the field */
export function checkTemplate(config: AgentConfig): void {
  checkConfig(config);
  for (const field of ['budgetIds', 'locationIds'] as const)
    if (config[field].length > 0)
      throw new Fault('invalid-input', {
        field: `config.${field}`,
        detail: 'These are each tenant’s own; a template names none',
      });
}

/** A configuration with what a template changed from one version to another. */
export interface Upgrade {
  readonly config: AgentConfig;
  readonly changes: readonly Change[];
}

/** What an agent's configuration becomes by a newer version of its template. */
export function upgraded(from: Template, to: Template, own: AgentConfig, take: readonly string[] = []): Upgrade {
  const printed = (config: AgentConfig): unknown => JSON.parse(JSON.stringify(printMessage(AgentConfig, config)));
  const { value, changes } = merge(printed(from.config), printed(to.config), printed(own), new Set(take));
  return { config: readMessage(AgentConfig, value), changes };
}
