import {
  approveAgentCall,
  callAgentTool,
  issueAgentToken,
  listAgentApprovals,
  listAgentTools,
  refuseAgentCall,
  type AgentConfig,
} from '@tenantry/contracts';
import { Fault, newId, toFaultMessage, type TenantContext } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { agentsOnRealPostgres, asAgent, join, liveAgent, OtherServices } from '../agents.fixture.js';

const TICKETS = { table: 'tickets', actions: ['select', 'update', 'delete', 'insert'], columns: [] };
const grant = (name: string, needsApproval = false) => ({ name, needsApproval });

describe('Tools of an agent', () => {
  const services = new OtherServices();
  const t = agentsOnRealPostgres({ services });
  beforeEach(() => {
    services.calls.length = 0;
    services.answer = {};
  });

  const agentOf = async (tenant: TestTenant, more: Partial<AgentConfig>): Promise<Partial<TenantContext>> => {
    const permissions = ['rows.*', 'meters.read', 'budgets.read'];
    const { id } = await liveAgent(t, tenant, { permissions, data: [TICKETS], ...more });
    const token = await tenant.call(issueAgentToken, { agentId: id, audiences: ['api'] }, join(t, tenant.id));
    return asAgent(token);
  };
  const call = (
    tenant: TestTenant,
    who: Partial<TenantContext>,
    name: string,
    given: object = {},
    approvalId?: string,
  ) => tenant.call(callAgentTool, { name, arguments: given as Record<string, unknown>, approvalId }, who);

  it('are those that its configuration names and its permissions cover, without anything that names a tenant', async () => {
    const agent = await agentOf(t.a, {
      tools: [grant('select_rows'), grant('check_budget_before_usage'), grant('list_members')],
    });
    const { data } = await t.a.call(listAgentTools, {}, agent);
    expect(data.map(({ name }) => name)).toEqual(['select_rows', 'check_budget_before_usage']);
    expect(JSON.stringify(data)).not.toMatch(/tenant_?id|company_?id/i);
    expect(data[0]).toMatchObject({ inputSchema: { properties: { table: { enum: ['tickets'] } } }, writes: false });
    const all = await t.a.call(listAgentTools, {});
    expect(all.data.length).toBeGreaterThan(50);
    expect(all.data.map(({ name }) => name)).not.toContain('create_agent');
    expect(JSON.stringify(all.data)).not.toMatch(/"(tenant|tenantId|tenant_id|company_id)":/);
  });

  it('are called as the agent, for its tenant, whatever the operation wants to be told about that', async () => {
    const agent = await agentOf(t.a, { tools: [grant('list_meters'), grant('check_budget_before_usage')] });
    services.answer = { payload: Buffer.from('{"data":[{"key":"tokens"}]}') };
    const answer = await call(t.a, agent, 'list_meters', { limit: 5 });
    expect(answer).toEqual({
      tool: 'list_meters',
      result: { data: [{ key: 'tokens' }] },
      truncated: false,
      untrusted: true,
    });
    expect(services.calls).toMatchObject([
      {
        ...{ operation: 'ListMeters', input: { limit: 5 } },
        ctx: {
          ten: t.a.id,
          agt: agent.agentId,
          act: { k: 'agent', i: agent.agentId },
          obo: agent.onBehalfOf,
          cid: agent.credentialId,
        },
      },
    ]);
    await call(t.a, agent, 'check_budget_before_usage', { estimated_cost: 1 });
    expect(services.calls[1]?.input).toEqual({ estimated_cost: 1, company_id: t.a.id });
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'AgentToolCalled',
      tool: 'check_budget_before_usage',
      outcome: 'ok',
    });
  });

  it.each<[string, string, object, string]>([
    ['its own argument', 'check_budget_before_usage', { company_id: newId() }, 'company_id'],
    ['any argument', 'list_meters', { tenantId: newId() }, 'tenantId'],
    [
      'a value of a row',
      'insert_rows',
      { table: 'tickets', rows: [{ id: 1, tenant_id: newId() }] },
      'rows.0.tenant_id',
    ],
    [
      'a filter',
      'select_rows',
      { table: 'tickets', where: [{ column: 'tenant_id', operator: 'eq', value: newId() }] },
      'where.0.column',
    ],
  ])('refuse a tenant in %s, call nobody, and tell the tenant’s log', async (_, name, given, argument) => {
    const agent = await agentOf(t.a, { tools: [grant(name)] });
    await expect(call(t.a, agent, name, given)).rejects.toBeFault('agent-refused', { field: `arguments.${argument}` });
    expect(services.calls).toEqual([]);
    const told = (await t.outbox()).filter(({ type }) => type === 'AgentNamedTenant');
    expect(told).toMatchObject([{ tenantId: t.a.id, agentId: agent.agentId, tool: name, argument }]);
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'AgentToolCalled', outcome: 'agent-refused' });
  });

  it('are none for anybody but an agent, and none that its configuration or token leaves out', async () => {
    const agent = await agentOf(t.a, { tools: [grant('list_meters'), grant('list_members')] });
    await expect(call(t.a, join(t, t.a.id), 'list_meters')).rejects.toBeFault('forbidden');
    for (const name of ['list_budgets', 'list_members', 'no_such_tool'])
      await expect(call(t.a, agent, name)).rejects.toBeFault('not-found');
    const narrowed = { ...agent, permissions: ['agents.call'] };
    await expect(call(t.a, narrowed, 'list_meters')).rejects.toBeFault('not-found');
    await expect(call(t.b, agent, 'list_meters')).rejects.toBeFault('forbidden');
    expect(services.calls).toEqual([]);
  });

  it('on rows become statements of the row API', async () => {
    const names = ['select_rows', 'insert_rows', 'update_rows', 'delete_rows'];
    const agent = await agentOf(t.a, { tools: names.map((name) => grant(name)) });
    const where = [
      { column: 'id', operator: 'in', value: [1, 'a"b'] },
      { column: 'note', operator: 'is', value: null },
    ];
    await call(t.a, agent, 'select_rows', {
      table: 'tickets',
      columns: ['id'],
      where,
      order: [{ column: 'id', descending: true }],
      limit: 3,
    });
    await call(t.a, agent, 'insert_rows', { table: 'tickets', rows: [{ id: 1 }] });
    services.answer = { payload: Buffer.alloc(0), headers: { 'content-range': '*/2' } };
    expect((await call(t.a, agent, 'update_rows', { table: 'tickets', where, values: { note: 'x' } })).result).toEqual({
      rows: 2,
    });
    await call(t.a, agent, 'delete_rows', { table: 'tickets', where });
    const bodyOf = (index: number): unknown =>
      JSON.parse(Buffer.from((services.calls[index]?.input as { body: string }).body, 'base64').toString());
    expect(services.calls.map(({ operation }) => operation)).toEqual([
      'SearchRows',
      'InsertRows',
      'UpdateRows',
      'DeleteRows',
    ]);
    const query = { id: ['in.("1","a\\"b")'], note: ['is.null'] };
    expect(bodyOf(0)).toEqual({ select: 'id', order: 'id.desc', limit: '3', offset: '0', ...query });
    expect(bodyOf(1)).toEqual([{ id: 1 }]);
    expect(bodyOf(2)).toEqual({ note: 'x' });
    expect(services.calls[3]?.input).toMatchObject({
      table: 'tickets',
      query: 'id=in.%28%221%22%2C%22a%5C%22b%22%29&note=is.null',
    });
  });

  it.each<[string, object, string]>([
    ['table', { table: 'invoices' }, 'table'],
    [
      'where.0.column',
      { table: 'tickets', where: [{ column: 'or', operator: 'eq', value: '(a.eq.1)' }] },
      'where.0.column',
    ],
    ['where.0.column', { table: 'tickets', where: [{ column: 'a)b', operator: 'eq', value: 1 }] }, 'where.0.column'],
    ['where[0].value', { table: 'tickets', where: [{ column: 'a', operator: 'in', value: 1 }] }, 'where[0].value'],
    ['limit', { table: 'tickets', limit: 100_000 }, 'limit'],
  ])('on rows refuse a bad %s by name: %p', async (_, given, field) => {
    const agent = await agentOf(t.a, { tools: [grant('select_rows')] });
    const reason = field === 'table' ? 'agent-refused' : 'invalid-input';
    await expect(call(t.a, agent, 'select_rows', given)).rejects.toBeFault(reason, { field });
    expect(services.calls).toEqual([]);
  });

  it('never change or delete rows without a condition', async () => {
    const agent = await agentOf(t.a, { tools: [grant('update_rows'), grant('delete_rows')] });
    for (const [name, more] of [
      ['update_rows', { values: { a: 1 } }],
      ['delete_rows', {}],
    ] as const)
      await expect(call(t.a, agent, name, { table: 'tickets', where: [], ...more })).rejects.toBeFault('invalid-input');
  });

  it('give no more than 64 KiB, and say so', async () => {
    const agent = await agentOf(t.a, { tools: [grant('list_meters')] });
    services.answer = { payload: Buffer.from(JSON.stringify({ data: 'x'.repeat(100_000) })) };
    const { result, truncated } = await call(t.a, agent, 'list_meters');
    expect([truncated, (result as string).length]).toEqual([true, 65_536]);
  });

  it('pass on what a service refuses, and tell the log', async () => {
    const agent = await agentOf(t.a, { tools: [grant('list_meters')] });
    services.answer = { fault: toFaultMessage(new Fault('invalid-cursor')) };
    await expect(call(t.a, agent, 'list_meters')).rejects.toBeFault('invalid-cursor');
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'AgentToolCalled', outcome: 'invalid-cursor' });
  });

  describe('that need approval', () => {
    const tools = [grant('insert_rows', true)];
    const given = { table: 'tickets', rows: [{ id: 1, note: 'a' }] };
    const askedBy = async (who: Partial<TenantContext>): Promise<string> => {
      const fault: unknown = await call(t.a, who, 'insert_rows', given).catch((error: unknown) => error);
      expect(fault).toMatchObject({ reason: 'approval-needed' });
      return (fault as Fault & { extra: { approvalId: string } }).extra.approvalId;
    };
    const person = () => join(t, t.a.id);

    it('wait for a person, and are made once, with the same arguments', async () => {
      const agent = await agentOf(t.a, { tools });
      const id = await askedBy(agent);
      const retry = (more: object = given) => call(t.a, agent, 'insert_rows', more, id);
      await expect(retry()).rejects.toBeFault('approval-needed');
      expect((await t.a.call(listAgentApprovals, { status: 'pending' })).data).toMatchObject([
        { id, arguments: given },
      ]);
      expect(await t.b.call(listAgentApprovals, {})).toBeEmptyPage();
      await t.a.call(approveAgentCall, { approvalId: id }, person());
      await expect(retry({ ...given, rows: [{ id: 2 }] })).rejects.toBeFault('agent-refused', { field: 'approvalId' });
      expect(services.calls).toEqual([]);
      await retry({ rows: [{ note: 'a', id: 1 }], table: 'tickets' });
      expect(services.calls).toHaveLength(1);
      await expect(retry()).rejects.toBeFault('agent-refused', { field: 'approvalId' });
      expect(services.calls).toHaveLength(1);
    });

    it('are made once also when the agent hurries', async () => {
      const agent = await agentOf(t.a, { tools });
      const id = await askedBy(agent);
      await t.a.call(approveAgentCall, { approvalId: id }, person());
      const tries = Array.from({ length: 5 }, () => call(t.a, agent, 'insert_rows', given, id));
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(services.calls).toHaveLength(1);
    });

    it('are decided by a person of the tenant alone, once and in time', async () => {
      const agent = await agentOf(t.a, { tools });
      const [id, late] = [await askedBy(agent), await askedBy(agent)];
      for (const approvalId of [id, newId()])
        await expect(t.b.call(approveAgentCall, { approvalId }, join(t, t.b.id))).rejects.toBeFault('not-found');
      const itself = { ...agent, permissions: ['*'] };
      await expect(t.a.call(approveAgentCall, { approvalId: id }, itself)).rejects.toBeFault('forbidden');
      await t.a.call(refuseAgentCall, { approvalId: id }, person());
      await expect(t.a.call(approveAgentCall, { approvalId: id }, person())).rejects.toBeFault('conflict');
      await expect(call(t.a, agent, 'insert_rows', given, id)).rejects.toBeFault('agent-refused');
      await t.database.admin(`update agents.approval set expires_at = now() - interval '1 second' where id = $1`, [
        late,
      ]);
      await expect(t.a.call(approveAgentCall, { approvalId: late }, person())).rejects.toBeFault('conflict');
      expect((await t.a.call(listAgentApprovals, { status: 'expired' })).data.map((one) => one.id)).toEqual([late]);
    });

    it('serve no other agent and nobody else’s behalf', async () => {
      const [agent, other] = [await agentOf(t.a, { tools }), await agentOf(t.a, { tools })];
      const id = await askedBy(agent);
      await t.a.call(approveAgentCall, { approvalId: id }, person());
      for (const who of [other, { ...agent, onBehalfOf: newId() }])
        await expect(call(t.a, who, 'insert_rows', given, id)).rejects.toBeFault('agent-refused');
      expect(services.calls).toEqual([]);
    });
  });
});
