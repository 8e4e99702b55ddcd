import { createHash, randomBytes } from 'node:crypto';
import { mcp, Reply } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

const MESSAGE = { jsonrpc: '2.0', id: 1, method: 'ping' };

describe('The MCP server as a protected resource', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    gateway.services.answer(mcp, () => new Reply(Buffer.from('{}')));
    a = await gateway.tenant('a');
  });
  afterAll(() => gateway.close());

  const tokenFor = (audiences: string[], expiresInMs = 60_000): string => {
    const [token, agentId] = [`at_live_${randomBytes(32).toString('base64url')}`, newId()];
    gateway.directories.agents.put(agentId, {
      ...{ version: 1, tenantId: a.id, status: 'active', publishedVersion: 1, grants: ['agents.call'], tools: [] },
      ...{ models: [], data: [], dataClasses: [], locationIds: [] },
    });
    gateway.directories.agentTokens.put(createHash('sha256').update(token).digest('hex'), {
      ...{ version: 1, tenantId: a.id, agentId, tokenId: newId(), audiences, grants: ['*'], locationId: null },
      ...{ onBehalfOf: a.owner.id, expiresAt: new Date(Date.now() + expiresInMs).toISOString() },
    });
    return token;
  };
  const post = (headers: Record<string, string>, url = '/mcp') =>
    gateway.http.inject({ method: 'POST', url, headers: { host: 'A.example:8443', ...headers }, payload: MESSAGE });

  it.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])(
    'is described at %s, under the name by which it was asked',
    async (url) => {
      const answer = await gateway.http.inject({ method: 'GET', url, headers: { host: 'a.example:8443' } });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({
        ...{ resource: 'http://a.example:8443/mcp', bearer_methods_supported: ['header'], scopes_supported: ['mcp'] },
      });
    },
  );

  it('tells who shows no good token where its description is, and nobody else', async () => {
    const challenge =
      'Bearer realm="tenantry", resource_metadata="http://a.example:8443/.well-known/oauth-protected-resource/mcp"';
    for (const headers of [{}, bearer('at_live_nobodys-token-0000'), bearer(tokenFor(['mcp'], -1_000))]) {
      const answer = await post(headers);
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, challenge]);
    }
    const other = await post({}, '/v1/agents/tools/x/call');
    expect(other.headers['www-authenticate']).toBe('Bearer realm="tenantry"');
  });

  it('repeats no host that could say more than a name', async () => {
    const answer = await post({ host: 'a.example", error="x' });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="tenantry"');
  });

  it('takes tokens for its own audience alone, and hands none of them on', async () => {
    for (const audiences of [['api'], ['completions', 'api']]) {
      const answer = await post(bearer(tokenFor(audiences)));
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([403, 'agent-refused']);
    }
    expect(gateway.services.calls).toEqual([]);
    const token = tokenFor(['mcp']);
    expect((await post(bearer(token))).statusCode).toBe(200);
    expect(JSON.stringify(gateway.services.lastCall)).not.toContain(token);
  });
});
