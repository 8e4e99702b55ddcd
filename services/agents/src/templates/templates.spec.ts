import {
  createAgentFromTemplate,
  diffAgentTemplate,
  draftAgentVersion,
  getAgentTemplate,
  getAgentVersion,
  listAgentTemplates,
  listPlatformAgentTemplates,
  publishAgentTemplate,
  publishAgentVersion,
  upgradeAgentFromTemplate,
  withdrawAgentTemplate,
  type AgentConfig,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { agentsOnRealPostgres, config, member, newAgent } from '../agents.fixture.js';

describe('Templates of agents', () => {
  const t = agentsOnRealPostgres();
  const staff = (): TenantContext =>
    testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: PLATFORM_TENANT_ID, role: 'super_admin' } });
  /** Templates are the platform's and stay from test to test, so every test has one of its own. */
  let name: string;
  beforeEach(() => (name = `support-${newId().slice(-12)}`));

  const publish = (more: Partial<AgentConfig> = {}, description: string | null = 'Answers') =>
    t.bus.call(publishAgentTemplate, { name, title: 'Support', description, config: config(more) }, staff());
  const make = (tenant = t.a) => tenant.call(createAgentFromTemplate, { name, agentName: tenant.canary() }, member());
  const tool = (tool: string) => ({ name: tool, needsApproval: false });

  it('are published in versions that never change, and offered to every tenant', async () => {
    expect(await publish({ model: 'one' })).toMatchObject({ name, version: 1, withdrawn: false });
    expect(await publish({ model: 'two' })).toMatchObject({ version: 2 });
    for (const tenant of [t.a, t.b]) {
      const { data } = await tenant.call(listAgentTemplates, {});
      expect(data.find((one) => one.name === name)).toMatchObject({ version: 2, config: { model: 'two' } });
      expect((await tenant.call(getAgentTemplate, { name, version: 1 })).config.model).toBe('one');
    }
    await expect(
      t.database.admin('set role agents_service; update agents.agent_template_version set title = title'),
    ).rejects.toThrow(/permission denied/);
  });

  it('become agents of the tenant with a draft, in one commit, which somebody must publish who may', async () => {
    await publish({ permissions: ['meters.read'] });
    const agent = await make();
    expect(agent).toMatchObject({ publishedVersion: null, purpose: 'Answers', status: 'active' });
    const version = await t.a.call(getAgentVersion, { agentId: agent.id, number: 1 });
    expect(version).toMatchObject({ status: 'draft', config: { permissions: ['meters.read'] } });
    expect((await t.outbox()).slice(-2)).toMatchObject([
      { type: 'AgentCreated', tenantId: t.a.id },
      { type: 'AgentVersionDrafted', tenantId: t.a.id, agentId: agent.id },
    ]);
    await expect(t.b.call(getAgentVersion, { agentId: agent.id, number: 1 })).rejects.toBeFault('not-found');
    const publishing = { agentId: agent.id, number: 1 };
    const powerless = { permissions: ['agents.write'] };
    await expect(t.a.call(publishAgentVersion, publishing, powerless)).rejects.toBeFault('scope-not-held');
    expect(await t.a.call(publishAgentVersion, publishing)).toMatchObject({ publishedVersion: 1 });
  });

  it('tell what a newer version changed and where the tenant changed the same, and are taken over without losing that', async () => {
    await publish({ model: 'one', temperature: 0.5, tools: [tool('list_meters')] });
    const { id: agentId } = await make();
    const own = config({ model: 'mine', temperature: 0.5, tools: [tool('list_meters'), tool('list_budgets')] });
    await t.a.call(draftAgentVersion, { agentId, config: own });
    await expect(t.a.call(upgradeAgentFromTemplate, { agentId })).rejects.toBeFault('conflict');
    await publish({ model: 'two', temperature: 1, tools: [tool('list_meters'), tool('get_usage')] });
    const diff = await t.a.call(diffAgentTemplate, { agentId });
    expect(diff).toMatchObject({ template: name, from: 1, to: 2 });
    expect(diff.data).toEqual([
      { path: 'model', old: 'one', new: 'two', own: 'mine', conflict: true },
      { path: 'temperature', old: 0.5, new: 1, own: 0.5, conflict: false },
      { path: 'tools.get_usage', old: null, new: tool('get_usage'), own: null, conflict: false },
    ]);
    const kept = await t.a.call(upgradeAgentFromTemplate, { agentId });
    expect(kept).toMatchObject({ number: 3, status: 'draft', config: { model: 'mine', temperature: 1 } });
    expect(kept.config.tools.map((one) => one.name)).toEqual(['list_meters', 'list_budgets', 'get_usage']);
    expect((await t.a.call(diffAgentTemplate, { agentId })).data).toEqual([]);
  });

  it('count at a conflict where the upgrade says so, and nowhere else', async () => {
    await publish({ model: 'one' });
    const { id: agentId } = await make();
    await t.a.call(draftAgentVersion, { agentId, config: config({ model: 'mine' }) });
    await publish({ model: 'two' });
    const wrong = t.a.call(upgradeAgentFromTemplate, { agentId, take: ['temperature'] });
    await expect(wrong).rejects.toBeFault('invalid-input', { field: 'take[0]' });
    const taken = await t.a.call(upgradeAgentFromTemplate, { agentId, take: ['model'] });
    expect(taken.config.model).toBe('two');
  });

  it('are of another tenant’s agent, or of one without a template, nothing that can be found', async () => {
    await publish();
    const { id: agentId } = await make();
    const { id: without } = await newAgent(t.a);
    await publish({ model: 'two' });
    for (const [tenant, id] of [
      [t.b, agentId],
      [t.a, newId()],
      [t.a, without],
    ] as const) {
      await expect(tenant.call(diffAgentTemplate, { agentId: id })).rejects.toBeFault('not-found');
      await expect(tenant.call(upgradeAgentFromTemplate, { agentId: id })).rejects.toBeFault('not-found');
    }
  });

  it('are withdrawn without touching the agents that were made, and offered again by their next version', async () => {
    await publish();
    const { id: agentId } = await make();
    await t.bus.call(withdrawAgentTemplate, { name }, staff());
    await expect(make()).rejects.toBeFault('not-found');
    await expect(t.b.call(getAgentTemplate, { name })).rejects.toBeFault('not-found');
    expect((await t.a.call(listAgentTemplates, {})).data.map((one) => one.name)).not.toContain(name);
    const { data } = await t.bus.call(listPlatformAgentTemplates, {}, staff());
    expect(data.find((one) => one.name === name)).toMatchObject({ withdrawn: true });
    expect((await t.a.call(diffAgentTemplate, { agentId })).data).toEqual([]);
    await publish({ model: 'two' });
    await make(t.b);
  });

  it('are the platform’s to keep, and name nothing that is a tenant’s own', async () => {
    const mine = { name, title: 'Mine', config: config() };
    await expect(t.a.call(publishAgentTemplate, mine)).rejects.toBeFault('forbidden');
    await expect(t.a.call(withdrawAgentTemplate, { name })).rejects.toBeFault('forbidden');
    await expect(t.bus.call(withdrawAgentTemplate, { name }, staff())).rejects.toBeFault('not-found');
    await expect(publish({ budgetIds: [newId()] })).rejects.toBeFault('invalid-input', { field: 'config.budgetIds' });
    const never = publish({ permissions: ['keys.write'] });
    await expect(never).rejects.toBeFault('invalid-input', { field: 'config.permissions[0]' });
  });
});
