import { createHash, randomBytes } from 'node:crypto';
import { getMe, getMyTenant, listMembers, exportRows, readRows, Reply } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { AgentEntry, AgentTokenEntry } from '@tenantry/messaging';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('an agent’s token', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let agentId: string;
  let version = 0;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    for (const operation of [readRows, exportRows])
      gateway.services.answer(operation, () => new Reply(Buffer.from('[]')));
    gateway.services.answer(getMyTenant, ({ ctx }) => Object.assign(new getMyTenant.output(), { id: ctx.tenantId }));
    gateway.services.answer(listMembers, () => new listMembers.output());
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    [a, b] = [await gateway.tenant(`a-${newId().slice(-8)}`), await gateway.tenant(`b-${newId().slice(-8)}`)];
    agentId = newId();
    publish({});
  });

  const publish = (facts: Partial<AgentEntry>): void =>
    gateway.directories.agents.put(agentId, {
      ...{
        tenantId: a.id,
        status: 'active',
        publishedVersion: 1,
        grants: ['rows.read', 'tenant.read'],
        tools: [],
        models: [],
      },
      ...{ data: [], dataClasses: [], locationIds: [], ...facts, version: ++version },
    });
  const tokenOf = (facts: Partial<AgentTokenEntry> = {}) => {
    const token = `at_live_${randomBytes(32).toString('base64url')}`;
    const digest = createHash('sha256').update(token).digest('hex');
    const tokenId = newId();
    gateway.directories.agentTokens.put(digest, {
      ...{ version: 1, tenantId: a.id, agentId, tokenId, audiences: ['api'], grants: ['*'], locationId: null },
      ...{ onBehalfOf: a.owner.id, expiresAt: new Date(Date.now() + 60_000).toISOString(), ...facts },
    });
    return { token, tokenId, headers: bearer(token) };
  };
  const ask = async (headers: Record<string, string>, url = '/v1/tenant') => {
    const { statusCode, body } = await gateway.http.inject({ method: 'GET', url, headers });
    return [statusCode, (JSON.parse(body || '{}') as { code?: string }).code];
  };
  const rows = '/rest/v1/tickets';

  it('lets the agent act in its tenant, for a member and somewhere, as services read it', async () => {
    const locationId = newId();
    publish({ locationIds: [locationId] });
    const { headers, tokenId } = tokenOf({ locationId });
    expect(await ask(headers, rows)).toEqual([200, undefined]);
    expect(gateway.services.lastCall.ctx).toMatchObject({
      ...{ tenantId: a.id, agentId, onBehalfOf: a.owner.id, locationId, credentialId: tokenId },
      ...{ actor: { kind: 'agent', id: agentId, role: 'owner' }, permissions: ['rows.read', 'tenant.read'] },
    });
  });

  it('is worth only what configuration, token and member all have, and that at once', async () => {
    const { headers } = tokenOf({ grants: ['rows.*', 'members.read'] });
    expect(await ask(headers, rows)).toEqual([200, undefined]);
    expect(await ask(headers)).toEqual([403, 'forbidden']);
    expect(await ask(headers, '/v1/members')).toEqual([403, 'forbidden']);
    publish({ grants: ['members.read'] });
    expect(await ask(headers, '/v1/members')).toEqual([200, undefined]);
    expect(await ask(headers, rows)).toEqual([403, 'forbidden']);
    gateway.setMember(a.owner.id, { memberships: [{ tenantId: a.id, role: 'staff' }] });
    expect(await ask(headers, '/v1/members')).toEqual([403, 'forbidden']);
  });

  it('may be used as an agent also on behalf of a member who may do nothing of the kind', async () => {
    publish({ grants: ['agents.call', 'members.read'] });
    gateway.setMember(a.owner.id, { memberships: [{ tenantId: a.id, role: 'customer' }] });
    const { headers } = tokenOf();
    expect(await ask(headers, '/v1/agents/tools')).toEqual([503, 'unavailable']); // let through, and nobody answers here
    expect(await ask(headers, '/v1/members')).toEqual([403, 'forbidden']);
  });

  it('is of its own tenant, whatever header or host says', async () => {
    const { headers } = tokenOf();
    expect(await ask({ ...headers, 'tenantry-tenant': a.slug })).toEqual([200, undefined]);
    for (const name of [b.slug, b.id, newId()])
      expect(await ask({ ...headers, 'tenantry-tenant': name })).toEqual([404, 'not-found']);
  });

  it('works for the audiences that it names, and never for what is a person’s own', async () => {
    expect(await ask(tokenOf({ audiences: ['mcp', 'completions'] }).headers)).toEqual([403, 'agent-refused']);
    const { headers } = tokenOf({ audiences: ['api', 'mcp', 'completions'] });
    expect(await ask(headers, getMe.http!.path)).toEqual([403, 'agent-refused']);
    expect(await ask(headers, '/v1/tenants')).toEqual([403, 'agent-refused']);
  });

  it.each<[string, (tokenId: string) => void, [number, string]]>([
    ['the token', (id) => gateway.directories.agentRevocations.put(id, later()), [401, 'unauthenticated']],
    ['the member', () => gateway.setMember(a.owner.id, { memberships: [] }), [401, 'unauthenticated']],
    ['the person', () => gateway.setMember(a.owner.id, { status: 'disabled' }), [401, 'unauthenticated']],
    ['the agent, paused', () => publish({ status: 'paused' }), [423, 'agent-stopped']],
    ['the agent, archived', () => publish({ status: 'archived' }), [423, 'agent-stopped']],
    ['its configuration', () => publish({ publishedVersion: null }), [423, 'agent-stopped']],
    ['its place', () => publish({ locationIds: [newId()] }), [401, 'unauthenticated']],
    ['the tenant', () => gateway.setTenant(a.id, { status: 'suspended' }), [423, 'tenant-suspended']],
    ['every agent of the tenant', () => stop(a.id), [423, 'agent-stopped']],
  ])('ends at once with %s', async (_, end, refusal) => {
    const { headers, tokenId } = tokenOf();
    expect(await ask(headers)).toEqual([200, undefined]);
    end(tokenId);
    expect(await ask(headers)).toEqual(refusal);
  });

  it('ends with every agent of the platform, and works again when they may go on; members never notice', async () => {
    const { headers } = tokenOf();
    stop(PLATFORM_TENANT_ID);
    expect(await ask(headers)).toEqual([423, 'agent-stopped']);
    expect(await ask(bearer(a.owner.token))).toEqual([200, undefined]);
    stop(PLATFORM_TENANT_ID, false);
    expect(await ask(headers)).toEqual([200, undefined]);
  });

  it('works as soon as it is given, though the gateway has not heard yet that its agent was published', async () => {
    const { headers } = tokenOf();
    publish({ publishedVersion: null });
    const answer = ask(headers);
    setTimeout(() => publish({ publishedVersion: 1 }), 20);
    expect(await answer).toEqual([200, undefined]);
  });

  it('is refused when it has expired, was never issued or names another tenant’s agent', async () => {
    const expired = tokenOf({ expiresAt: new Date(Date.now() - 1).toISOString() });
    const unknown = bearer(`at_live_${randomBytes(32).toString('base64url')}`);
    const foreign = tokenOf({ tenantId: b.id, onBehalfOf: null });
    for (const headers of [expired.headers, unknown, foreign.headers])
      expect(await ask(headers)).toEqual([401, 'unauthenticated']);
  });

  const later = () => ({ version: 1, expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
  const stop = (id: string, stopped = true): void =>
    gateway.directories.agentStops.put(id, { version: ++version, stopped, reason: null });
});
