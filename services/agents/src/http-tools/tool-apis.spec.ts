import {
  deleteToolApi,
  listAgentTools,
  listOfferedToolApis,
  listToolApis,
  offerToolApi,
  replaceToolHosts,
  withdrawToolApi,
  type ToolApiDefinition,
} from '@tenantry/contracts';
import { SECRET, ToolApiFixture, TOOLS } from './tool-api.fixture.js';

const [GET, POST] = TOOLS as [string, string];

describe('APIs of tools', () => {
  const f = new ToolApiFixture();
  const { t } = f;

  it('are registered by a document, shown without their tenant, and called with it, with a credential that nobody sees', async () => {
    const api = await f.put(t.a);
    expect(api).toMatchObject({
      name: 'shop',
      offered: false,
      tools: [
        { name: GET, method: 'GET' },
        { name: POST, method: 'POST' },
      ],
    });
    const agent = await f.agentOf(t.a);
    const { data } = await t.a.call(listAgentTools, {}, agent);
    expect(data.map(({ name, writes, external }) => [name, writes, external])).toEqual([
      [GET, false, true],
      [POST, true, true],
    ]);
    expect(JSON.stringify(data)).not.toMatch(/tenantId|account/);
    const given = await f.call(t.a, agent, GET, { id: 'a/../b', fields: ['x', 'y&z'] });
    expect(given).toEqual({
      tool: GET,
      result: { status: 200, body: { state: 'open' } },
      truncated: false,
      untrusted: true,
    });
    await f.call(t.a, agent, POST, { body: { count: 2 } });
    expect(f.seen).toMatchObject([
      {
        method: 'GET',
        url: `/v1/orders/a%2F..%2Fb?fields=x&fields=y%26z&account=${t.a.id}`,
        headers: { authorization: `Bearer ${SECRET}` },
      },
      { method: 'POST', url: '/v1/orders', body: JSON.stringify({ count: 2, tenantId: t.a.id }) },
    ]);
    expect(f.seen[0]!.headers['tenantry-tenant']).toBeUndefined();
    const stored = await t.database.admin('select secret, tools from agents.tool_api');
    expect(JSON.stringify([stored, await t.outbox(), api])).not.toContain(SECRET);
  });

  it('are told of to the ledger of disclosures before health information goes to them, and only then', async () => {
    await f.put(t.a);
    const agent = await f.agentOf(t.a);
    await f.call(t.a, agent, POST, { body: { count: 2, note: 'two pens' } });
    const told = async () => (await t.outbox()).filter(({ type }) => type === 'HealthDataSentToApi');
    expect(await told()).toEqual([]);
    await f.call(t.a, agent, POST, { body: { count: 2, note: 'Patient with diagnosis code: E11.9' } });
    await f.call(t.a, agent, GET, { id: 'ICD-10 E11.9' });
    const facts = { tenantId: t.a.id, host: f.host(), kinds: ['diagnosis-code'] };
    expect(await told()).toMatchObject([
      { ...facts, tool: POST },
      { ...facts, tool: GET },
    ]);
    expect(JSON.stringify(await told())).not.toContain('E11');
  });

  it('are another tenant’s neither to see, to call nor to delete', async () => {
    await f.put(t.a);
    const agent = await f.agentOf(t.b);
    expect((await t.b.call(listToolApis, {})).data).toEqual([]);
    expect((await t.b.call(listAgentTools, {}, agent)).data).toEqual([]);
    await expect(f.call(t.b, agent, GET, { id: '1' })).rejects.toBeFault('not-found');
    await expect(t.b.call(deleteToolApi, { name: 'shop' })).rejects.toBeFault('not-found');
    await f.put(t.b, { credential: { kind: 'header', header: 'X-Api-Key', secret: 'of-b' } });
    await f.call(t.b, agent, GET, { id: '1' });
    expect(f.seen).toMatchObject([{ url: `/v1/orders/1?account=${t.b.id}`, headers: { 'x-api-key': 'of-b' } }]);
    expect(f.seen[0]!.headers.authorization).toBeUndefined();
  });

  it.each<[string, Partial<ToolApiDefinition>, string]>([
    ['plain http', { baseUrl: 'http://shop.example' }, 'api.baseUrl'],
    ['another scheme', { baseUrl: 'file:///etc/passwd' }, 'api.baseUrl'],
    ['a user in the URL', { baseUrl: 'https://a:b@shop.example' }, 'api.baseUrl'],
    ['a query in the URL', { baseUrl: 'https://shop.example/?key=x' }, 'api.baseUrl'],
    ['no secret for a credential', { credential: { kind: 'bearer' } }, 'api.credential.secret'],
    ['a secret for none', { credential: { kind: 'none', secret: 'x' } }, 'api.credential.secret'],
    ['a header that is not named', { credential: { kind: 'header', secret: 'x' } }, 'api.credential.header'],
    [
      'a header of the connection',
      { credential: { kind: 'header', header: 'Host', secret: 'x' } },
      'api.credential.header',
    ],
    ['a document that is none', { document: { openapi: '3.1.0' } }, 'api.document.paths'],
  ])('are not registered with %s', async (_, more, field) => {
    await expect(f.put(t.a, more)).rejects.toBeFault('invalid-input', { field });
    expect((await t.a.call(listToolApis, {})).data).toEqual([]);
  });

  it('keep their secret when they are replaced, but never for another host or kind', async () => {
    await f.put(t.a);
    await f.put(t.a, { credential: { kind: 'bearer' }, timeoutMs: 500 });
    await f.call(t.a, await f.agentOf(t.a), GET, { id: '1' });
    expect(f.seen[0]!.headers.authorization).toBe(`Bearer ${SECRET}`);
    await t.a.call(replaceToolHosts, { hosts: [f.host(), 'evil.example'] });
    const field = 'api.credential.secret';
    await expect(f.put(t.a, { baseUrl: 'https://evil.example', credential: { kind: 'bearer' } })).rejects.toBeFault(
      'invalid-input',
      { field },
    );
    const other = { credential: { kind: 'header', header: 'X-Debug' } };
    await expect(f.put(t.a, other)).rejects.toBeFault('invalid-input', { field });
  });

  it('are offered by the platform to all tenants, told for whom they work, and withdrawn again', async () => {
    const credential = { kind: 'bearer', secret: 'of-the-platform' };
    await t.bus.call(offerToolApi, { name: 'shop', api: f.definition({ credential }) }, f.staff());
    await expect(f.put(t.a)).rejects.toBeFault('conflict', { field: 'name' });
    const first = await f.agentOf(t.a);
    for (const tenant of [t.a, t.b]) {
      const agent = tenant === t.a ? first : await f.agentOf(tenant);
      await tenant.call(replaceToolHosts, { hosts: [] });
      await f.call(tenant, agent, GET, { id: '1' });
      expect(f.seen.at(-1)).toMatchObject({
        url: `/v1/orders/1?account=${tenant.id}`,
        headers: {
          ...{ authorization: 'Bearer of-the-platform', 'tenantry-tenant': tenant.id },
          ...{ 'tenantry-agent': agent.agentId, 'tenantry-on-behalf-of': agent.onBehalfOf },
        },
      });
    }
    expect((await t.a.call(listToolApis, {})).data).toMatchObject([{ name: 'shop', offered: true }]);
    expect((await t.bus.call(listOfferedToolApis, {}, f.staff())).data).toMatchObject([{ name: 'shop' }]);
    await expect(t.a.call(offerToolApi, { name: 'mine', api: f.definition() })).rejects.toBeFault('forbidden');
    await t.bus.call(withdrawToolApi, { name: 'shop' }, f.staff());
    await expect(f.call(t.a, first, GET, { id: '1' })).rejects.toBeFault('not-found');
  });

  it('are at most ten APIs of a tenant', async () => {
    const credential = { kind: 'none' };
    for (let index = 0; index < 10; index += 1) await f.put(t.a, { credential }, `api${index}`);
    await expect(f.put(t.a, { credential }, 'one_more')).rejects.toBeFault('conflict');
    await f.put(t.a, { credential, timeoutMs: 100 }, 'api3');
    expect((await t.a.call(deleteToolApi, { name: 'api3' })).timeoutMs).toBe(100);
    await f.put(t.a, { credential }, 'one_more');
  });
});
