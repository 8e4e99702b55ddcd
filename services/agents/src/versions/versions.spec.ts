import {
  archiveAgent,
  diffAgentVersions,
  draftAgentVersion,
  getAgent,
  getAgentVersion,
  listAgentVersions,
  pauseAgent,
  publishAgentVersion,
  resumeAgent,
  rollBackAgent,
  type AgentConfig,
} from '@tenantry/contracts';
import type { AgentEntry } from '@tenantry/messaging';
import { newId } from '@tenantry/kernel';
import { agentsOnRealPostgres, config, draft, entryOf, include, newAgent, publish } from '../agents.fixture.js';
import { refill } from '../refill.js';

describe('Versions of an agent', () => {
  const t = agentsOnRealPostgres();

  it('are drafted with numbers of their own and seen by their own tenant alone', async () => {
    const agent = await newAgent(t.a);
    const first = await draft(t.a, agent.id, { instructions: t.a.canary() });
    const second = await draft(t.a, agent.id, { temperature: 0.5 });
    expect([first.number, second.number, first.status]).toEqual([1, 2, 'draft']);
    expect(await t.a.call(getAgentVersion, { agentId: agent.id, number: 1 })).toEqual(first);
    expect((await t.a.call(listAgentVersions, { agentId: agent.id })).data).toEqual([second, first]);
    await expect(t.b.call(getAgentVersion, { agentId: agent.id, number: 1 })).rejects.toBeFault('not-found');
    await expect(t.b.call(publishAgentVersion, { agentId: agent.id, number: 1 })).rejects.toBeFault('not-found');
    for (const agentId of [agent.id, newId()])
      await expect(t.b.call(listAgentVersions, { agentId })).rejects.toBeFault('not-found');
    await expect(draft(t.b, agent.id)).rejects.toBeFault('not-found');
  });

  it('never change what they say, also not by the service’s own statements', async () => {
    const agent = await newAgent(t.a);
    await publish(t.a, agent.id);
    const change = (set: string) =>
      t.database.admin(`update agents.agent_version set ${set} where agent_id = $1`, [agent.id]);
    await expect(change(`config = '{}'`)).rejects.toThrow('never changes');
    await expect(change('number = 7')).rejects.toThrow('never changes');
    await expect(t.database.admin('delete from agents.agent_version where agent_id = $1', [agent.id])).rejects.toThrow(
      'never changes',
    );
  });

  it('are in force one at a time, and everybody who watches learns what counts', async () => {
    const agent = await newAgent(t.a);
    await publish(t.a, agent.id, { permissions: ['rows.read'] });
    const data = [{ table: 'tickets', actions: ['select'], columns: [] }];
    const now = await publish(t.a, agent.id, {
      permissions: ['rows.*'],
      data,
      tools: [{ name: 'select_rows', needsApproval: true }],
    });
    expect(now.publishedVersion).toBe(2);
    const statuses = (await t.a.call(listAgentVersions, { agentId: agent.id })).data.map(({ status }) => status);
    expect(statuses).toEqual(['published', 'superseded']);
    expect(await entryOf<AgentEntry>(t, 'agents', agent.id)).toEqual({
      ...{
        version: 3,
        tenantId: t.a.id,
        status: 'active',
        publishedVersion: 2,
        grants: ['rows.*', 'agents.complete', 'agents.call'],
        data,
      },
      ...{ tools: [{ name: 'select_rows', needsApproval: true }], dataClasses: ['none', 'internal'], locationIds: [] },
      models: ['small-1'],
    });
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'AgentVersionPublished', number: 2, replaced: 1 });
  });

  it('are rolled back to what they replaced, one after the other, and not further', async () => {
    const agent = await newAgent(t.a);
    for (let made = 0; made < 3; made += 1) await publish(t.a, agent.id, { maxTurns: made + 1 });
    const back = () => t.a.call(rollBackAgent, { agentId: agent.id });
    expect((await back()).publishedVersion).toBe(2);
    expect((await back()).publishedVersion).toBe(1);
    await expect(back()).rejects.toBeFault('conflict');
    const statuses = (await t.a.call(listAgentVersions, { agentId: agent.id })).data.map(({ status }) => status);
    expect(statuses).toEqual(['rolled_back', 'rolled_back', 'published']);
    await expect(t.b.call(rollBackAgent, { agentId: agent.id })).rejects.toBeFault('not-found');
  });

  it('are published once', async () => {
    const agent = await newAgent(t.a);
    await publish(t.a, agent.id);
    const again = t.a.call(publishAgentVersion, { agentId: agent.id, number: 1 });
    await expect(again).rejects.toBeFault('conflict', { field: 'number' });
  });

  it('are published only if the plan includes their models and tools', async () => {
    const agent = await newAgent(t.a);
    const tools = [{ name: 'select_rows', needsApproval: false }];
    const { number } = await draft(t.a, agent.id, { model: 'acme/large:1', fallbackModels: ['small-1'], tools });
    const trying = () => t.a.call(publishAgentVersion, { agentId: agent.id, number });
    for (const features of [[], ['models'], ['tools'], ['models.acme-large-1', 'tools'], ['models', 'tools.other']]) {
      include(t, t.a.id, features);
      await expect(trying()).rejects.toBeFault('not-entitled');
    }
    include(t, t.a.id, ['models.acme-large-1', 'models.small-1', 'tools.select_rows']);
    expect((await trying()).publishedVersion).toBe(number);
  });

  it('give an agent no more than whoever publishes holds', async () => {
    const agent = await newAgent(t.a);
    const { number } = await draft(t.a, agent.id, { permissions: ['rows.read', 'audit.read'] });
    const publishing = t.a.call(
      publishAgentVersion,
      { agentId: agent.id, number },
      { permissions: ['agents.write', 'rows.*'] },
    );
    await expect(publishing).rejects.toBeFault('scope-not-held', { field: 'config.permissions[1]' });
  });

  it.each<[string, Partial<AgentConfig>]>([
    ['config.permissions[0]', { permissions: ['rows.fly'] }],
    ['config.permissions[0]', { permissions: ['tenants.suspend'] }],
    ['config.permissions[0]', { permissions: ['keys.write'] }],
    ['config.permissions[0]', { permissions: ['budgets.write'] }],
    ['config.permissions[1]', { permissions: ['rows.read', 'members.*'] }],
    ['config.permissions[0]', { permissions: ['agents.*'] }],
    ['config.permissions[0]', { permissions: ['*'] }],
    ['config.model', { model: '' }],
    ['config.temperature', { temperature: 3 }],
    [
      'config.tools[1]',
      {
        tools: [
          { name: 'x', needsApproval: true },
          { name: 'x', needsApproval: false },
        ],
      },
    ],
    ['config.tools[0].name', { tools: [{ name: 'drop table', needsApproval: false }] }],
    ['config.data[0].actions', { data: [{ table: 't', actions: [], columns: [] }] }],
    ['config.data[0].table', { data: [{ table: 't;--', actions: ['select'], columns: [] }] }],
    ['config.dataClasses[0]', { dataClasses: ['secret'] }],
  ])('name the field %s of a bad configuration: %p', async (field, more) => {
    const agent = await newAgent(t.a);
    const drafting = t.a.call(draftAgentVersion, { agentId: agent.id, config: config(more) });
    await expect(drafting).rejects.toBeFault('invalid-input', { field });
  });

  it('are compared value by value, and lists of named things name by name', async () => {
    const agent = await newAgent(t.a);
    const tool = (name: string, needsApproval: boolean) => ({ name, needsApproval });
    await draft(t.a, agent.id, { temperature: 0, tools: [tool('a', false), tool('b', false)] });
    await draft(t.a, agent.id, { tools: [tool('new', false), tool('a', false), tool('b', true)] });
    const diff = await t.a.call(diffAgentVersions, { agentId: agent.id, from: 1, to: 2 });
    expect(diff.data).toEqual([
      { path: 'temperature', old: 0, new: null },
      { path: 'tools.b.needsApproval', old: false, new: true },
      { path: 'tools.new.name', old: null, new: 'new' },
      { path: 'tools.new.needsApproval', old: null, new: false },
    ]);
    await expect(t.b.call(diffAgentVersions, { agentId: agent.id, from: 1, to: 2 })).rejects.toBeFault('not-found');
  });

  it('stay when the agent is paused, and count again when it is resumed; archived it is over', async () => {
    const agent = await newAgent(t.a);
    await publish(t.a, agent.id);
    for (const [operation, status] of [
      [pauseAgent, 'paused'],
      [resumeAgent, 'active'],
      [archiveAgent, 'archived'],
    ] as const) {
      await expect(t.b.call(operation, { agentId: agent.id })).rejects.toBeFault('not-found');
      expect(await t.a.call(operation, { agentId: agent.id })).toMatchObject({ status, publishedVersion: 1 });
      expect(await entryOf<AgentEntry>(t, 'agents', agent.id)).toMatchObject({ status });
    }
    await expect(t.a.call(resumeAgent, { agentId: agent.id })).rejects.toBeFault('conflict');
    await expect(draft(t.a, agent.id)).rejects.toBeFault('conflict');
    expect(await t.a.call(getAgent, { agentId: agent.id })).toMatchObject({ status: 'archived' });
  });

  it('are all found when a lost directory is filled again', async () => {
    const [ofA, ofB, bare] = [await newAgent(t.a), await newAgent(t.b), await newAgent(t.b)];
    await publish(t.a, ofA.id, { permissions: ['rows.read'] });
    await publish(t.b, ofB.id);
    const filled = new Map<string, unknown>();
    for await (const { key, value, version } of refill(t.doors)) filled.set(key, { ...value, version });
    for (const { id } of [ofA, ofB, bare]) expect(filled.get(id)).toEqual(await entryOf(t, 'agents', id));
  });
});
