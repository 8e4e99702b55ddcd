import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { services } from '../../../scripts/services.js';
import { openGround, type ProvingGround } from './proving-ground.fixture.js';
import type { Tenant } from './world/tenant.js';

interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

describe('An agent in a whole running system', () => {
  let ground: ProvingGround;
  let a: Tenant;
  let b: Tenant;
  let admin: string;
  let table: string;

  beforeAll(async () => {
    ground = await openGround(services);
    ({ a, b } = ground.verification.pairs[0]!);
    const { TENANTRY_ADMIN_EMAIL: email, TENANTRY_ADMIN_PASSWORD: password } = ground.environment;
    const signedIn = await send(null, 'POST', '/v1/auth/login', { email, password });
    admin = signedIn.json.accessToken as string;
    table = ground.verification.tables.name;
    for (const tenant of [a, b]) {
      for (const feature of ['models', 'tools'])
        await must(admin, 'PUT', `/v1/tenants/${tenant.id}/entitlements/${feature}`, { enabled: true, reason: 'spec' });
    }
  }, 120_000);
  afterAll(() => ground?.[Symbol.asyncDispose]());

  const send = async (token: string | null, method: string, path: string, body?: object): Promise<Answer> => {
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' };
    const answer = await fetch(ground.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, json: (text ? JSON.parse(text) : {}) as Answer['json'] };
  };
  const must = async (token: string, method: string, path: string, body: object = {}): Promise<Answer['json']> => {
    const { status, json } = await send(token, method, path, method === 'GET' ? undefined : body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(json)}`);
    return json;
  };
  const until = async (holds: () => Promise<boolean>): Promise<number> => {
    const startedMs = performance.now();
    while (!(await holds())) if (performance.now() - startedMs > 10_000) throw new Error('it never came true');
    return performance.now() - startedMs;
  };

  const agentOf = async (tenant: Tenant, config: object): Promise<string> => {
    const owner = tenant.owner.token!;
    const { id } = (await must(owner, 'POST', '/v1/agents', { name: tenant.canary.word() })) as { id: string };
    await must(owner, 'POST', `/v1/agents/${id}/versions`, { config: { model: 'local-rules', ...config } });
    await until(async () => (await send(owner, 'POST', `/v1/agents/${id}/versions/1/publish`, {})).status === 200);
    return id;
  };
  const tokenFor = async (tenant: Tenant, agentId: string, audience: string): Promise<string> => {
    const made = await must(tenant.owner.token!, 'POST', `/v1/agents/${agentId}/tokens`, { audiences: [audience] });
    return made.token as string;
  };
  const READER = () => ({
    ...{ permissions: ['rows.read', 'meters.read'], tools: [{ name: 'select_rows' }, { name: 'list_meters' }] },
    ...{ data: [{ table, actions: ['select'] }], dataClasses: ['none', 'internal', 'personal', 'sensitive'] },
  });
  const connect = async (token: string): Promise<McpClient> => {
    const client = new McpClient({ name: 'spec', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${ground.url}/mcp`), { requestInit }));
    return client;
  };

  /** An answer of a model that goes on for minutes; its end is when nothing comes any more, by `performance.now()`. */
  const openStream = async (token: string): Promise<{ end: () => Promise<number> }> => {
    const messages = [{ role: 'user', content: 'Hello [[slow 20]] [[endless]]' }];
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'local-rules', stream: true, messages });
    const answer = await fetch(`${ground.url}/v1/chat/completions`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    const reader = answer.body!.getReader();
    await reader.read();
    const drained = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    // A stream that is cut ends with a reset as well as with its last piece.
    const ended = (): number => performance.now();
    return { end: () => drained().then(ended, ended) };
  };

  it('is served its tools by the MCP SDK’s own client, and reaches its own tenant alone', async () => {
    const client = await connect(await tokenFor(a, await agentOf(a, READER()), 'mcp'));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['select_rows', 'list_meters']);
    const meters = await client.callTool({ name: 'list_meters', arguments: {} });
    expect(meters).toMatchObject({ isError: false });
    const named = await client.callTool({ name: 'list_meters', arguments: { tenantId: b.id } });
    expect(named.isError).toBe(true);
    expect(JSON.stringify(named.content)).toContain('agent-refused');
    await client.close();
    const told = async () => JSON.stringify(await must(a.owner.token!, 'GET', '/v1/audit/events?limit=50'));
    await until(async () => (await told()).includes('AgentNamedTenant'));
    expect(JSON.stringify(await must(b.owner.token!, 'GET', '/v1/audit/events?limit=50'))).not.toContain(
      'AgentNamedTenant',
    );
  });

  it('finds by itself where its token comes from, and gets it with a key of its tenant alone', async () => {
    const agentId = await agentOf(a, READER());
    const keyOf = async (tenant: Tenant): Promise<string> => {
      const wish = { name: tenant.canary.word(), scopes: ['*'] };
      return (await must(tenant.owner.token!, 'POST', '/v1/api-keys', wish)).key as string;
    };
    const connectAs = async (clientSecret: string): Promise<McpClient> => {
      const client = new McpClient({ name: 'spec', version: '1' });
      const authProvider = new ClientCredentialsProvider({
        clientId: agentId,
        clientSecret,
        expectedIssuer: ground.url,
      });
      await client.connect(new StreamableHTTPClientTransport(new URL(`${ground.url}/mcp`), { authProvider }));
      return client;
    };
    const client = await connectAs(await keyOf(a));
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['select_rows', 'list_meters']);
    await client.close();
    await expect(connectAs(await keyOf(b))).rejects.toThrow();
  });

  it('shows a token only where it is meant for', async () => {
    const agentId = await agentOf(a, READER());
    const [api, mcp] = [await tokenFor(a, agentId, 'api'), await tokenFor(a, agentId, 'mcp')];
    await expect(connect(api)).rejects.toThrow('403');
    expect((await send(mcp, 'GET', '/v1/meters')).json.code).toBe('agent-refused');
    expect((await send(api, 'GET', '/v1/meters')).status).toBe(200);
    expect((await send(api, 'GET', '/v1/members')).json.code).toBe('forbidden');
  });

  it('asks the models that its configuration names, with a token for completions, within its tenant’s budgets', async () => {
    await must(a.owner.token!, 'POST', '/v1/budgets', { name: a.canary.word(), limit: '1.00' });
    const agentId = await agentOf(a, { ...READER(), model: 'local-rules' });
    const [completions, api] = [await tokenFor(a, agentId, 'completions'), await tokenFor(a, agentId, 'api')];
    const ask = (token: string, model: string) =>
      send(token, 'POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }] });
    const answer = await ask(completions, 'local-rules');
    expect(answer).toMatchObject({ status: 200, json: { object: 'chat.completion' } });
    const kept = await must(a.owner.token!, 'GET', `/v1/completions/${String(answer.json.id)}`);
    expect(kept).toMatchObject({ agentId, model: 'local-rules' });
    expect((await ask(completions, 'another-model')).json.code).toBe('agent-refused');
    expect((await ask(api, 'local-rules')).json.code).toBe('agent-refused');
    expect((await send(completions, 'GET', '/v1/meters')).json.code).toBe('agent-refused');
  });

  it('sees rows of tables that declare agents, as much as its configuration names, and only its tenant’s', async () => {
    const api = await tokenFor(a, await agentOf(a, READER()), 'api');
    const select = () => send(api, 'POST', '/v1/agents/tools/select_rows/call', { arguments: { table } });
    expect((await select()).json).toMatchObject({ status: 403, code: '42501' });
    const own = `agents_${a.canary.word()}`.slice(0, 40);
    const columns = [
      { name: 'id', type: 'integer', primaryKey: true },
      { name: 'note', type: 'text' },
    ];
    for (const tenant of [a, b]) {
      const access = [{ to: ['agent'], actions: ['select'], rows: 'all' }];
      await must(tenant.owner.token!, 'POST', '/v1/tables', { name: own, columns, access });
      await must(tenant.owner.token!, 'POST', `/rest/v1/${own}`, { id: 1, note: tenant.slug });
    }
    const token = await tokenFor(
      a,
      await agentOf(a, { ...READER(), data: [{ table: own, actions: ['select'] }] }),
      'api',
    );
    const rows = await must(token, 'POST', '/v1/agents/tools/select_rows/call', { arguments: { table: own } });
    expect(rows).toMatchObject({ result: [{ id: 1, note: a.slug }], untrusted: true });
    expect((await send(token, 'GET', `/rest/v1/${own}?select=note`)).json).toEqual([{ note: a.slug }]);
    expect((await send(token, 'POST', `/rest/v1/${own}`, { id: 2 })).status).toBe(403);
  });

  it('writes after a person approved, once', async () => {
    const own = `orders_${a.canary.word()}`.slice(0, 40);
    const access = [{ to: ['agent'], actions: ['select', 'insert'], rows: 'all' }];
    const columns = [{ name: 'id', type: 'integer', primaryKey: true }];
    await must(a.owner.token!, 'POST', '/v1/tables', { name: own, columns, access });
    const config = {
      ...{ permissions: ['rows.write'], tools: [{ name: 'insert_rows', needsApproval: true }] },
      data: [{ table: own, actions: ['insert'] }],
    };
    const client = await connect(await tokenFor(a, await agentOf(a, config), 'mcp'));
    const call = { name: 'insert_rows', arguments: { table: own, rows: [{ id: 1 }] } };
    const approvalId = (await client.callTool(call))._meta?.['tenantry/approvalId'] as string;
    await must(a.owner.token!, 'POST', `/v1/agent-approvals/${approvalId}/approve`);
    const approved = { ...call, _meta: { 'tenantry/approvalId': approvalId } };
    expect((await client.callTool(approved)).isError).toBe(false);
    expect((await client.callTool(approved)).isError).toBe(true);
    await client.close();
    expect((await send(a.owner.token, 'GET', `/rest/v1/${own}`)).json).toHaveLength(1);
  });

  it.each<[string, (agentId: string) => readonly [token: string, method: string, path: string, body: object], number]>([
    ['it is paused', (id) => [a.owner.token!, 'POST', `/v1/agents/${id}/pause`, {}], 423],
    ['its tenant’s agents are stopped', () => [a.owner.token!, 'PUT', '/v1/agent-stop', { stopped: true }], 423],
    ['all agents are stopped', () => [admin, 'PUT', '/v1/platform/agent-stop', { stopped: true }], 423],
  ])('is refused within a second, and its open stream cut, when %s', async (_, request, status) => {
    const agentId = await agentOf(a, { ...READER(), model: 'local-rules' });
    const token = await tokenFor(a, agentId, 'api');
    await must(a.owner.token!, 'POST', '/v1/budgets', { name: a.canary.word(), limit: '1.00' });
    const stream = await openStream(await tokenFor(a, agentId, 'completions'));
    const ofB = await tokenFor(b, await agentOf(b, READER()), 'api');
    expect((await send(token, 'GET', '/v1/meters')).status).toBe(200);
    const cut = stream.end();
    await must(...request(agentId));
    const stoppedMs = performance.now();
    expect(await until(async () => (await send(token, 'GET', '/v1/meters')).status === status)).toBeLessThan(1_000);
    expect((await cut) - stoppedMs).toBeLessThan(1_000);
    await must(a.owner.token!, 'PUT', '/v1/agent-stop', { stopped: false });
    await must(admin, 'PUT', '/v1/platform/agent-stop', { stopped: false });
    await until(async () => (await send(ofB, 'GET', '/v1/meters')).status === 200);
  });
});
