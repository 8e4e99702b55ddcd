import { createAgent, getAgent, listAgents } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { agentsOnRealPostgres, member, newAgent } from '../agents.fixture.js';

describe('Agents', () => {
  const t = agentsOnRealPostgres();

  it('are registered, listed and found by their own tenant alone, and announced in the same commit', async () => {
    const owner = member();
    const agent = await t.a.call(createAgent, { name: t.a.canary(), purpose: 'Answers mails' }, owner);
    expect(agent).toMatchObject({ status: 'active', publishedVersion: null, ownerId: owner.actor?.id });
    expect(await t.a.call(getAgent, { agentId: agent.id })).toEqual(agent);
    expect((await t.a.call(listAgents, {})).data).toEqual([agent]);
    expect(await t.b.call(listAgents, {})).toBeEmptyPage();
    for (const agentId of [agent.id, newId()])
      await expect(t.b.call(getAgent, { agentId })).rejects.toBeFault('not-found');
    expect(await t.outbox()).toMatchObject([{ type: 'AgentCreated', tenantId: t.a.id, agentId: agent.id }]);
  });

  it('have names that are taken once in a tenant, ignoring case', async () => {
    await t.a.call(createAgent, { name: 'Mail' }, member());
    await t.b.call(createAgent, { name: 'Mail' }, member());
    await expect(t.a.call(createAgent, { name: 'MAIL' }, member())).rejects.toBeFault('conflict', { field: 'name' });
    expect(await t.a.count('agents.agent')).toBe(1);
  });

  it('are listed in pages, the newest first, also by status', async () => {
    const made = [await newAgent(t.a), await newAgent(t.a), await newAgent(t.a)].map(({ id }) => id).reverse();
    const first = await t.a.call(listAgents, { limit: 2 });
    const second = await t.a.call(listAgents, { limit: 2, cursor: first.nextCursor });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(made);
    expect(await t.a.call(listAgents, { status: 'paused' })).toBeEmptyPage();
  });

  it('are for those alone who may read or write agents', async () => {
    await expect(t.a.call(createAgent, { name: 'x' }, { permissions: ['agents.read'] })).rejects.toBeFault('forbidden');
    await expect(t.a.call(listAgents, {}, { permissions: ['rows.read'] })).rejects.toBeFault('forbidden');
  });
});
