import { grantAgentToken, issueAgentToken } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

const ANSWER = { access_token: 'at_live_new', token_type: 'Bearer', expires_in: 900, scope: 'mcp' };

describe('The token endpoint for OAuth clients', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  const agentId = newId();
  beforeAll(async () => {
    gateway = await TestGateway.start();
    gateway.services.answer(grantAgentToken, () => ANSWER);
    [a, b] = [await gateway.tenant('a'), await gateway.tenant('b')];
  });
  afterAll(() => gateway.close());

  const basic = (user: string, password: string): Record<string, string> => {
    const encoded = [user, password].map(encodeURIComponent).join(':');
    return { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
  };
  const keyOf = ({ id }: TestTenant): string => gateway.key(id, { grants: ['agents.use'] }).secret;
  const form = (fields: Record<string, string> | [string, string][], headers: Record<string, string> = {}) =>
    gateway.http.inject({
      ...{ method: 'POST', url: '/oauth/token', payload: new URLSearchParams(fields).toString() },
      headers: { host: 'a.example:8443', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const grant = { grant_type: 'client_credentials' };

  it('is described where clients look for it, under the name by which it was asked', async () => {
    const get = (url: string) => gateway.http.inject({ method: 'GET', url, headers: { host: 'a.example:8443' } });
    const resource = (await get('/.well-known/oauth-protected-resource/mcp')).json<{
      authorization_servers: string[];
    }>();
    expect(resource.authorization_servers).toEqual(['http://a.example:8443']);
    const server = (await get('/.well-known/oauth-authorization-server')).json<Record<string, unknown>>();
    expect(server).toMatchObject({
      ...{ issuer: 'http://a.example:8443', token_endpoint: 'http://a.example:8443/oauth/token' },
      ...{ grant_types_supported: ['client_credentials'], response_types_supported: [] },
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    });
    const authorize = await get('/oauth/authorize?response_type=code');
    expect([authorize.statusCode, authorize.json<{ error: string }>().error]).toEqual([
      400,
      'unsupported_response_type',
    ]);
  });

  it('gives a token to an agent for whom a key of its tenant is shown, in that tenant alone', async () => {
    for (const tenant of [a, b]) {
      const answer = await form({ ...grant, resource: 'http://a.example:8443/mcp' }, basic(agentId, keyOf(tenant)));
      expect([answer.statusCode, answer.json()]).toEqual([200, ANSWER]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(gateway.services.lastCall).toMatchObject({
        input: { ...grant, client_id: agentId },
        ctx: { tenantId: tenant.id },
      });
    }
  });

  it('takes JSON and a bearer credential, too', async () => {
    const headers = { host: 'a.example', 'content-type': 'application/json', ...bearer(keyOf(a)) };
    const ask = (more: object) => {
      const payload = JSON.stringify({ ...grant, client_id: agentId, ...more });
      return gateway.http.inject({ method: 'POST', url: '/oauth/token', headers, payload });
    };
    expect((await ask({})).statusCode).toBe(200);
    expect((await ask({ resource: 'http://b.example/mcp' })).json()).toMatchObject({ error: 'invalid_target' });
  });

  it.each<[string, Record<string, string> | [string, string][], number, string]>([
    ['another grant', { grant_type: 'authorization_code', code: 'x' }, 422, 'unsupported_grant_type'],
    ['another scope', { ...grant, scope: 'api' }, 422, 'invalid_scope'],
    ['another server', { ...grant, resource: 'http://b.example/mcp' }, 422, 'invalid_target'],
    ['another resource of ours', { ...grant, resource: 'http://a.example/v1/agents' }, 422, 'invalid_target'],
    ['no grant', {}, 400, 'invalid_request'],
    ['a parameter twice', [...Object.entries(grant), ['scope', 'mcp'], ['scope', 'mcp']], 422, 'invalid_scope'],
  ])('refuses %s in the words of OAuth, and asks nobody', async (_, fields, status, error) => {
    const before = gateway.services.calls.length;
    const answer = await form(fields, basic(agentId, keyOf(a)));
    expect([answer.statusCode, answer.json<{ error: string }>().error]).toEqual([status, error]);
    expect(answer.json<{ error_description: string }>().error_description).not.toBe('');
    expect(gateway.services.calls).toHaveLength(before);
  });

  it('knows no client by a wrong secret, none, or one that is not form-encoded', async () => {
    const bare = { authorization: `Basic ${Buffer.from(`${agentId}:%`).toString('base64')}` };
    for (const headers of [{}, bare, basic(agentId, 'sk_live_nobodys-key-000000'), basic(agentId, '')]) {
      const answer = await form(grant, headers);
      expect([answer.statusCode, answer.json<{ error: string }>().error]).toEqual([401, 'invalid_client']);
      expect(answer.headers['www-authenticate']).toBe('Basic realm="tenantry"');
    }
  });

  it('says of an agent that is another tenant’s what it says of none', async () => {
    gateway.services.answer(grantAgentToken, () => {
      throw new Fault('not-found');
    });
    const answer = await form(grant, basic(agentId, keyOf(b)));
    expect([answer.statusCode, answer.json<{ error: string }>().error]).toEqual([404, 'invalid_client']);
    gateway.services.answer(grantAgentToken, () => ANSWER);
  });

  it('is the only one that understands HTTP Basic', async () => {
    const url = issueAgentToken.http!.path.replace('{agentId}', agentId);
    const headers = { host: 'a.example', 'content-type': 'application/json', ...basic(agentId, keyOf(a)) };
    const answer = await gateway.http.inject({ method: 'POST', url, headers, payload: '{"audiences":["mcp"]}' });
    expect(answer.statusCode).toBe(401);
  });
});
