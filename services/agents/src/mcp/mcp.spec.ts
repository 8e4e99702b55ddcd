import { issueAgentToken, mcp, type AgentConfig } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { agentsOnRealPostgres, asAgent, join, liveAgent, OtherServices } from '../agents.fixture.js';

interface Answer {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number };
}

describe('The MCP server', () => {
  const services = new OtherServices();
  const t = agentsOnRealPostgres({ services });
  beforeEach(() => {
    services.calls.length = 0;
    services.answer = {};
  });

  const agentOf = async (tenant: TestTenant, more: Partial<AgentConfig> = {}): Promise<Partial<TenantContext>> => {
    const tools = [{ name: 'list_meters', needsApproval: false }];
    const { id } = await liveAgent(t, tenant, { permissions: ['meters.read'], tools, ...more });
    return asAgent(await tenant.call(issueAgentToken, { agentId: id, audiences: ['mcp'] }, join(t, tenant.id)));
  };
  const post = async (who: Partial<TenantContext>, body: unknown, more: object = {}, tenant = t.a) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const input = { body: Buffer.from(text).toString('base64'), contentType: 'application/json', ...more };
    const { fault, status, payload } = await t.bus.send(mcp, JSON.stringify(input), testContext(tenant.id, who));
    return { reason: fault?.reason, status, text: Buffer.from(payload).toString() };
  };
  const ask = async (who: Partial<TenantContext>, method: string, params: object = {}): Promise<Answer> =>
    JSON.parse((await post(who, { jsonrpc: '2.0', id: 7, method, params })).text) as Answer;

  it('introduces itself in the version that the client speaks, or its newest', async () => {
    const agent = await agentOf(t.a);
    const speaks = async (protocolVersion: string) =>
      (await ask(agent, 'initialize', { protocolVersion, capabilities: {} })).result?.protocolVersion;
    expect(await speaks('2025-06-18')).toBe('2025-06-18');
    expect(await speaks('1999-01-01')).toBe('2025-11-25');
    expect(await ask(agent, 'ping')).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
    expect(await post(agent, { jsonrpc: '2.0', method: 'notifications/initialized' })).toMatchObject({
      status: 202,
      text: '',
    });
  });

  it('lists and calls the tools of the agent whose token is shown', async () => {
    const agent = await agentOf(t.a);
    const { result } = await ask(agent, 'tools/list');
    expect(result).toMatchObject({ tools: [{ name: 'list_meters', annotations: { readOnlyHint: true } }] });
    const called = await ask(agent, 'tools/call', { name: 'list_meters', arguments: { limit: 1 } });
    expect(called.result).toMatchObject({ content: [{ type: 'text', text: '{"data":[]}' }], isError: false });
    expect(services.calls).toMatchObject([{ operation: 'ListMeters', ctx: { ten: t.a.id, agt: agent.agentId } }]);
  });

  it('gives what a tool refuses to the model, with its code', async () => {
    const agent = await agentOf(t.a, { tools: [{ name: 'list_meters', needsApproval: true }] });
    const named = await ask(agent, 'tools/call', { name: 'list_meters', arguments: { tenantId: t.b.id } });
    expect(named.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('agent-refused') as string }],
    });
    const waiting = await ask(agent, 'tools/call', { name: 'list_meters', arguments: {} });
    expect(waiting.result).toMatchObject({
      isError: true,
      _meta: { 'tenantry/approvalId': expect.any(String) as string },
    });
    const unknown = await ask(agent, 'tools/call', { name: 'drop_everything' });
    expect(unknown.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('not-found') as string }],
    });
    expect(services.calls).toEqual([]);
  });

  it('is for agents alone, each in its own tenant', async () => {
    const agent = await agentOf(t.a);
    expect((await post(join(t, t.a.id), { jsonrpc: '2.0', id: 1, method: 'ping' })).reason).toBe('forbidden');
    expect((await post(agent, { jsonrpc: '2.0', id: 1, method: 'ping' }, {}, t.b)).reason).toBe('forbidden');
  });

  it.each<[string, unknown, number]>([
    ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], -32600],
    ['another version of JSON-RPC', { jsonrpc: '1.0', id: 1, method: 'ping' }, -32600],
    ['an id that is none', { jsonrpc: '2.0', id: {}, method: 'ping' }, -32600],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'resources/list' }, -32601],
    ['params that are a list', { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }, -32602],
    ['a call without a name', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }, -32602],
    [
      'an approval that is no id',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', _meta: { 'tenantry/approvalId': 1 } } },
      -32602,
    ],
  ])('answers %s with the code that JSON-RPC has for it', async (_, body, code) => {
    const { text } = await post(await agentOf(t.a), body);
    expect((JSON.parse(text) as Answer).error?.code).toBe(code);
  });

  it('refuses what is no JSON, another content type, and a version that it does not speak', async () => {
    const agent = await agentOf(t.a);
    expect((await post(agent, '{"jsonrpc"')).reason).toBe('malformed-request');
    expect((await post(agent, '{}', { contentType: 'text/plain' })).reason).toBe('unsupported-media-type');
    expect((await post(agent, '{}', { protocolVersion: '1999-01-01' })).reason).toBe('malformed-request');
  });
});
