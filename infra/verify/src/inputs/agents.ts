import { setTimeout as pause } from 'node:timers/promises';
import { json } from '../client/client.js';
import { Canary } from '../world/canary.js';
import { idOf } from './id-of.js';
import type { Bench, Maker } from './kinds.js';
import { newBudget } from './money.js';

interface ToolGrant {
  readonly name: string;
  readonly needsApproval: boolean;
}

const DIRECTORY_PATIENCE_MS = 5_000;
const ASK_EVERY_MS = 50;
const AGENT_PERMISSIONS = ['rows.read', 'meters.read', 'agents.exchange'];
const AGENT_TOOL = 'list_meters';

const newAgent = (bench: Bench): Promise<string> =>
  idOf(bench, bench.tenant.owner, '/v1/agents', { name: bench.tenant.canary.word() });

const draftVersion = (
  { workshop, tenant }: Bench,
  agentId: string,
  tools: readonly ToolGrant[] = [],
): Promise<unknown> => {
  const instructions = tenant.canary.word();
  const config = { model: 'local-rules', instructions, permissions: AGENT_PERMISSIONS, tools };
  return workshop.client.must(tenant.owner, json('POST', `/v1/agents/${agentId}/versions`, { config }));
};

/** Has the tenant's plan include all models and tools, and waits until the agents service knows. */
async function includeAgents(bench: Bench): Promise<void> {
  const { workshop, tenant } = bench;
  for (const feature of ['models', 'tools']) {
    const override = { enabled: true, reason: 'verify' };
    await workshop.client.must(
      workshop.admin,
      json('PUT', `/v1/tenants/${tenant.id}/entitlements/${feature}`, override),
    );
  }
  const probe = await newAgent(bench);
  await draftVersion(bench, probe);
  const deadlineMs = performance.now() + DIRECTORY_PATIENCE_MS;
  for (;;) {
    const { status } = await workshop.client.send(
      tenant.owner,
      json('POST', `/v1/agents/${probe}/versions/1/publish`, {}),
    );
    if (status === 200) return;
    if (performance.now() > deadlineMs) throw new Error(`No agent of ${tenant.slug} can be published: ${status}`);
    await pause(ASK_EVERY_MS);
  }
}

/** A token for the API, with which an agent acts on behalf of the tenant's owner. */
async function newAgentToken(
  bench: Bench,
  tools: readonly ToolGrant[] = [],
  audience = 'api',
): Promise<{ id: string; agentId: string; token: string }> {
  const { workshop, tenant } = bench;
  const agentId = await publishedAgent(bench, 1, tools);
  const request = json('POST', `/v1/agents/${agentId}/tokens`, { audiences: [audience] });
  return workshop.client.must(tenant.owner, request);
}

/** An agent some of whose versions were in force, one after the other. */
async function publishedAgent(bench: Bench, versions: number, tools: readonly ToolGrant[] = []): Promise<string> {
  const { workshop, tenant } = bench;
  await includeAgents(bench);
  const id = await newAgent(bench);
  for (let number = 1; number <= versions; number += 1) {
    await draftVersion(bench, id, tools);
    await workshop.client.must(tenant.owner, json('POST', `/v1/agents/${id}/versions/${number}/publish`, {}));
  }
  return id;
}

async function newCompletion(bench: Bench): Promise<string> {
  await newBudget(bench);
  const body = { model: 'local-rules', messages: [{ role: 'user', content: bench.tenant.canary.word() }] };
  return idOf(bench, bench.tenant.owner, '/v1/chat/completions', body);
}

/** Agents, their tokens, and what is said to models. */
export const agents = {
  agent: async (bench) => ({ id: await newAgent(bench) }),
  draftedAgent: async (bench) => {
    const id = await newAgent(bench);
    await draftVersion(bench, id);
    await draftVersion(bench, id); // a list of one has no cursor
    await includeAgents(bench);
    return { id };
  },
  rolledOutAgent: async (bench) => ({ id: await publishedAgent(bench, 2) }),
  publishedAgent: async (bench) => ({ id: await publishedAgent(bench, 1) }),
  agentToken: async (bench) => {
    const { id, agentId } = await newAgentToken(bench);
    return { id, agentId };
  },
  budgetedToken: async (bench) => {
    const agentId = await publishedAgent(bench, 1);
    const request = json('POST', `/v1/agents/${agentId}/tokens`, { audiences: ['api'], budget: '1.00' });
    const { id } = await bench.workshop.client.must<{ id: string }>(bench.tenant.owner, request);
    return { id, agentId };
  },
  toolCaller: async (bench) => {
    const { token } = await newAgentToken(bench, [{ name: AGENT_TOOL, needsApproval: false }]);
    return { name: AGENT_TOOL, caller: { token, sees: [bench.tenant.id] } };
  },
  mcpCaller: async (bench) => {
    const { token } = await newAgentToken(bench, [{ name: AGENT_TOOL, needsApproval: false }], 'mcp');
    return { name: AGENT_TOOL, caller: { token, sees: [bench.tenant.id] } };
  },
  approval: async (bench) => {
    const { token } = await newAgentToken(bench, [{ name: AGENT_TOOL, needsApproval: true }]);
    const ask = async (): Promise<string> => {
      const caller = { token, sees: [bench.tenant.id] };
      const { text } = await bench.workshop.client.send(
        caller,
        json('POST', `/v1/agents/tools/${AGENT_TOOL}/call`, {}),
      );
      return (JSON.parse(text) as { approvalId: string }).approvalId;
    };
    await ask(); // a list of one has no cursor
    return { id: await ask() };
  },
  agentCaller: async (bench) => {
    const { agentId, token } = await newAgentToken(bench);
    return { agentId, caller: { token, sees: [bench.tenant.id] } };
  },
  completion: async (bench) => ({ id: await newCompletion(bench) }),
  ratedRuns: async (bench) => {
    const { workshop, tenant } = bench;
    for (const id of [await newCompletion(bench), await newCompletion(bench)])
      // a list of one has no cursor
      await workshop.client.must(tenant.owner, json('PUT', `/v1/agent-runs/${id}/feedback`, { score: 5 }));
    return { score: '5' };
  },
  conversation: async (bench) => {
    const begin = (): Promise<string> => idOf(bench, bench.tenant.owner, '/v1/conversations', {});
    await begin(); // a list of one has no cursor
    const id = await begin();
    await newBudget(bench);
    const messages = [{ role: 'user', content: bench.tenant.canary.word() }];
    const body = { model: 'local-rules', messages, metadata: { conversation_id: id } };
    await idOf(bench, bench.tenant.owner, '/v1/chat/completions', body);
    return { id };
  },
  priceBook: async ({ workshop }) => {
    const price = { provider: 'verify', contextTokens: 10, maxOutputTokens: 10, input: '1', output: '1' };
    const body = { models: [{ model: new Canary().word(), ...price }] };
    const { version } = await workshop.client.must<{ version: number }>(
      workshop.admin,
      json('POST', '/v1/price-books', body),
    );
    return { version: String(version) };
  },
  providerKey: async ({ workshop, tenant }) => {
    const provider = 'verify';
    const body = { apiKey: tenant.canary.word() };
    await workshop.client.must(tenant.owner, json('PUT', `/v1/provider-keys/${provider}`, body));
    return { provider };
  },
} as const satisfies Record<string, Maker>;
