import { getToolHosts, mcp, replaceToolHosts } from '@tenantry/contracts';
import { testContext } from '@tenantry/testing';
import { ToolApiFixture, TOOLS } from './tool-api.fixture.js';

const [GET, POST] = TOOLS as [string, string];

describe('HTTP tools', () => {
  const f = new ToolApiFixture();
  const { t } = f;

  it.each<[string, string, object, string]>([
    ['an argument that is missing', GET, {}, 'arguments'],
    ['an argument that is none', GET, { id: '1', admin: true }, 'arguments.admin'],
    ['a value of another type', POST, { body: { count: 'x' } }, 'arguments.body.count'],
    ['a value out of bounds', POST, { body: { count: 0 } }, 'arguments.body.count'],
    ['a segment that climbs', GET, { id: '..' }, 'arguments.id'],
    ['an empty segment', GET, { id: '' }, 'arguments.id'],
  ])('refuse %s, and call nobody', async (_, name, given, field) => {
    await f.put(t.a);
    await expect(f.call(t.a, await f.agentOf(t.a), name, given)).rejects.toBeFault('invalid-input', { field });
    expect(f.seen).toEqual([]);
  });

  it.each<[string, string, object]>([
    ['the parameter that the tenant said', GET, { id: '1', account: 'other' }],
    ['a field of the body', POST, { body: { count: 1, tenantId: 'other' } }],
    ['a place deep in the body', POST, { body: { count: 1, extra: [{ account: 'other' }] } }],
  ])('refuse a tenant in %s, and tell the tenant’s log', async (_, name, given) => {
    await f.put(t.a);
    await expect(f.call(t.a, await f.agentOf(t.a), name, given)).rejects.toBeFault('agent-refused');
    expect((await t.outbox()).filter(({ type }) => type === 'AgentNamedTenant')).toMatchObject([
      { tenantId: t.a.id, tool: name },
    ]);
    expect(f.seen).toEqual([]);
  });

  it('reach hosts of the tenant’s list alone, when they are registered and at every call', async () => {
    const { data } = { data: (await t.a.call(getToolHosts, {})).hosts };
    expect(data).toEqual([f.host()]);
    await expect(f.put(t.a, { baseUrl: 'https://other.example' })).rejects.toBeFault('invalid-input', {
      field: 'api.baseUrl',
    });
    await f.put(t.a);
    const agent = await f.agentOf(t.a);
    await t.a.call(replaceToolHosts, { hosts: ['OTHER.example:443'] });
    expect((await t.a.call(getToolHosts, {})).hosts).toEqual(['other.example']);
    await expect(f.call(t.a, agent, GET, { id: '1' })).rejects.toBeFault('not-found');
    expect(f.seen).toEqual([]);
    for (const wrong of ['https://a.example', 'a.example/x', 'u@a.example', '', 'a b'])
      await expect(t.a.call(replaceToolHosts, { hosts: [wrong] })).rejects.toBeFault('invalid-input');
  });

  it('give what the API answers as data, whatever it is: errors, redirects, text, bytes and too much', async () => {
    await f.put(t.a);
    const agent = await f.agentOf(t.a);
    const answered = async (next: typeof f.answer) => {
      f.answer = next;
      return (await f.call(t.a, agent, GET, { id: '1' })) as {
        result: { status: number; body: unknown };
        truncated: boolean;
      };
    };
    expect((await answered((response) => response.writeHead(404).end('{"error":"none"}'))).result).toEqual({
      status: 404,
      body: { error: 'none' },
    });
    const redirect = await answered((response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect(redirect.result).toEqual({ status: 302, body: '' });
    expect((await answered((response) => response.end('Plain'))).result.body).toBe('Plain');
    expect((await answered((response) => response.end(Buffer.from([0xff, 0xfe, 0])))).result.body).toBeNull();
    const large = await answered((response) => response.end(`"${'é'.repeat(40_000)}"`));
    expect(large).toMatchObject({ truncated: true });
    expect(Buffer.byteLength(large.result.body as string)).toBeLessThanOrEqual(64 * 1024);
    expect(f.seen).toHaveLength(5);
  });

  it('that answer too much, too late or not at all are unavailable, and an address that nothing may reach is refused', async () => {
    await f.put(t.a, { timeoutMs: 200 });
    const agent = await f.agentOf(t.a);
    f.answer = (response) => response.end(Buffer.alloc(2 * 1024 * 1024, 'x'));
    await expect(f.call(t.a, agent, GET, { id: '1' })).rejects.toBeFault('tool-unavailable');
    f.answer = () => undefined;
    await expect(f.call(t.a, agent, GET, { id: '1' })).rejects.toBeFault('tool-unavailable');
    f.answer = (response) => response.destroy();
    await expect(f.call(t.a, agent, GET, { id: '1' })).rejects.toBeFault('tool-unavailable');
    for (const [index, address] of ['169.254.169.254', '[::ffff:10.0.0.1]', '0x0a000001', '[fd00::1]'].entries()) {
      await t.a.call(replaceToolHosts, { hosts: [address] });
      await f.put(t.a, { baseUrl: `https://${address}`, credential: { kind: 'bearer', secret: `s${index}` } });
      await expect(f.call(t.a, agent, GET, { id: '1' })).rejects.toBeFault('agent-refused');
    }
  });

  it('wait for a person where the configuration says so, and are served over MCP', async () => {
    await f.put(t.a);
    await expect(f.call(t.a, await f.agentOf(t.a, 'api', true), GET, { id: '1' })).rejects.toBeFault('approval-needed');
    expect(f.seen).toEqual([]);
    const agent = await f.agentOf(t.a, 'mcp');
    const ask = async (method: string, params: object = {}): Promise<unknown> => {
      const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })).toString('base64');
      const { payload } = await t.bus.send(
        mcp,
        JSON.stringify({ body, contentType: 'application/json' }),
        testContext(t.a.id, agent),
      );
      return (JSON.parse(Buffer.from(payload).toString()) as { result: unknown }).result;
    };
    expect(await ask('tools/list')).toMatchObject({
      tools: TOOLS.map((name) => ({ name, annotations: { openWorldHint: true } })),
    });
    const called = await ask('tools/call', { name: GET, arguments: { id: '1' } });
    expect(called).toMatchObject({
      isError: false,
      content: [{ text: '{"status":200,"body":{"state":"open"}}' }],
      _meta: { untrusted: true },
    });
  });

  it('are shown to the tenant’s guardrails: what they are given and what they answer', async () => {
    await f.put(t.a);
    const agent = await f.agentOf(t.a);
    f.answer = (response) => response.end('{"note":"pay with 4111 1111 1111 1111","number":4111111111111111}');
    const { result } = await f.call(t.a, agent, POST, { body: { count: 1, note: 'card 4111 1111 1111 1111' } });
    expect(f.seen[0]!.body).toContain('card [card]');
    expect(result).toMatchObject({ body: { note: 'pay with [card]', number: '[card]' } });
    const decided = (await t.outbox()).filter(({ type }) => type === 'GuardrailDecided');
    expect(decided).toMatchObject([{ stage: 'tool-arguments' }, { stage: 'tool-result' }]);
  });
});
