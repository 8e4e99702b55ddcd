import {
  getAgentStop,
  getPlatformAgentStop,
  setAgentStop,
  setPlatformAgentStop,
  listAgents,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { agentsOnRealPostgres, entryOf, relay } from '../agents.fixture.js';

describe('The kill switches', () => {
  const t = agentsOnRealPostgres();
  const staff = () => testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: newId(), role: 'super_admin' } });
  const agent = (): Partial<TenantContext> => {
    const id = newId();
    return { actor: { kind: 'agent', id, role: null }, agentId: id };
  };
  beforeEach(() => t.bus.announce(PLATFORM_TENANT_ID));

  it('stop every agent of one tenant, in every process, and nobody else', async () => {
    await t.a.call(listAgents, {}, agent());
    expect(await t.a.call(setAgentStop, { stopped: true, reason: t.a.canary() })).toMatchObject({ stopped: true });
    expect(await t.a.call(getAgentStop, {})).toMatchObject({ stopped: true });
    expect(await t.b.call(getAgentStop, {})).toMatchObject({ stopped: false, changedBy: null });
    await relay(t);
    await expect(t.a.call(listAgents, {}, agent())).rejects.toBeFault('agent-stopped');
    await t.a.call(listAgents, {});
    await t.b.call(listAgents, {}, agent());
    await t.a.call(setAgentStop, { stopped: false });
    await relay(t);
    await t.a.call(listAgents, {}, agent());
    expect(await t.outbox()).toMatchObject([
      { type: 'AgentStopChanged', tenantId: t.a.id, stopped: true },
      { type: 'AgentStopChanged', tenantId: t.a.id, stopped: false },
    ]);
  });

  it('stop every agent of every tenant, by the platform’s staff alone', async () => {
    await expect(t.a.call(setPlatformAgentStop, { stopped: true })).rejects.toBeFault('forbidden');
    await t.bus.call(setPlatformAgentStop, { stopped: true }, staff());
    expect(await t.bus.call(getPlatformAgentStop, {}, staff())).toMatchObject({ stopped: true });
    expect(await entryOf(t, 'agent_stops', PLATFORM_TENANT_ID)).toMatchObject({ stopped: true });
    await relay(t);
    for (const tenant of [t.a, t.b])
      await expect(tenant.call(listAgents, {}, agent())).rejects.toBeFault('agent-stopped');
    await t.bus.call(setPlatformAgentStop, { stopped: false }, staff());
    await relay(t);
    for (const tenant of [t.a, t.b]) await tenant.call(listAgents, {}, agent());
  });
});
