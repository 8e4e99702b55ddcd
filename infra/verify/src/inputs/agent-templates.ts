import { json } from '../client/client.js';
import { Canary } from '../world/canary.js';
import type { Bench, Maker } from './kinds.js';

/** Publishes a version of a template. Every tenant sees it, so it has no word of any. */
async function publishTemplate({ workshop }: Pick<Bench, 'workshop'>, name: string): Promise<void> {
  const body = { title: 'Verify', config: { model: 'verify' } };
  await workshop.client.must(workshop.admin, json('POST', `/v1/platform/agent-templates/${name}/versions`, body));
}

async function newTemplate(bench: Bench): Promise<string> {
  const name = new Canary().word();
  await publishTemplate(bench, name);
  return name;
}

/** Templates of agents, and agents that were made from them. */
export const agentTemplates = {
  agentTemplate: async (bench) => ({ name: await newTemplate(bench) }),
  outdatedAgent: async (bench) => {
    const { workshop, tenant } = bench;
    const name = await newTemplate(bench);
    const body = { agentName: tenant.canary.word() };
    const made = json('POST', `/v1/agent-templates/${name}/agents`, body);
    const { id } = await workshop.client.must<{ id: string }>(tenant.owner, made);
    await publishTemplate(bench, name);
    return { id };
  },
} as const satisfies Record<string, Maker>;
