import {
  archiveAgent,
  endAgentAccess,
  issueAgentToken,
  listAgentAccesses,
  listAgents,
  type NewAgentToken,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { agentsOnRealPostgres, join, liveAgent, newAgent } from '../agents.fixture.js';

const SERVICE = { actor: { kind: 'service', id: 'compliance', role: null }, purpose: 'compliance' } as const;

describe('Accesses of agents as reviews find them', () => {
  const t = agentsOnRealPostgres();
  const lines = async ({ id }: TestTenant): Promise<Record<string, unknown>[]> => {
    const { body } = await t.bus.send(listAgentAccesses, '{}', testContext(id, SERVICE));
    const text = Buffer.concat(await Array.fromAsync(body!)).toString();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const end = (tenant: TestTenant, kind: string, id: string) => tenant.call(endAgentAccess, { kind, id }, SERVICE);
  const token = (tenant: TestTenant, agentId: string, facts: object): Promise<NewAgentToken> =>
    tenant.call(issueAgentToken, { agentId, audiences: ['api'] }, facts);

  it('are agents that are not archived, with what their configuration lets them, and tokens that are alive', async () => {
    const owner = join(t, t.a.id);
    const agent = await liveAgent(t, t.a, { permissions: ['rows.read'] });
    const archived = await newAgent(t.a);
    await t.a.call(archiveAgent, { agentId: archived.id });
    const draft = await newAgent(t.a);
    const made = await token(t.a, agent.id, owner);
    await liveAgent(t, t.b, { permissions: ['rows.*'] });
    const found = await lines(t.a);
    expect(found.map(({ kind }) => kind)).toEqual(['agent', 'agent', 'agent_token']);
    expect(found.find(({ id }) => id === agent.id)).toMatchObject({
      holderId: agent.ownerId,
      permissions: ['rows.read'],
    });
    expect(found.find(({ id }) => id === draft.id)).toMatchObject({ permissions: [], grantedBy: null });
    const userId = owner.actor!.id;
    expect(found.at(-1)).toMatchObject({ id: made.id, holderId: userId, grantedBy: userId, name: agent.name });
    expect(await lines(t.b)).toHaveLength(1);
  });

  it('end once, in their tenant', async () => {
    const agent = await liveAgent(t, t.a, { permissions: ['rows.read'] });
    const made = await token(t.a, agent.id, join(t, t.a.id));
    expect(await end(t.b, 'agent_token', made.id)).toMatchObject({ changed: false });
    await expect(end(t.b, 'agent', agent.id)).rejects.toBeFault('not-found');
    expect(await lines(t.a)).toHaveLength(2);
    expect(await end(t.a, 'agent_token', made.id)).toMatchObject({ changed: true, isGone: true });
    expect(await end(t.a, 'agent_token', made.id)).toMatchObject({ changed: false, isGone: true });
    expect(await end(t.a, 'agent_token', newId())).toMatchObject({ changed: false, isGone: true });
    expect(await end(t.a, 'agent', agent.id)).toMatchObject({ changed: true });
    expect(await end(t.a, 'agent', agent.id)).toMatchObject({ changed: false, isGone: true });
    expect((await t.a.call(listAgents, {})).data).toMatchObject([{ id: agent.id, status: 'archived' }]);
    expect(await lines(t.a)).toEqual([]);
  });
});
