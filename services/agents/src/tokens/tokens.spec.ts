import { createHash } from 'node:crypto';
import {
  agentsIssueToken,
  exchangeAgentToken,
  grantAgentToken,
  issueAgentToken,
  listAgentTokens,
  pauseAgent,
  revokeAgentToken,
  type IssueAgentTokenRequest,
  type NewAgentToken,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import type { AgentTokenEntry } from '@tenantry/messaging';
import type { TestTenant } from '@tenantry/testing';
import { agentsOnRealPostgres, asAgent, entryOf, join, liveAgent, newAgent, relay } from '../agents.fixture.js';
import { refill } from '../refill.js';

const PERMISSIONS = ['rows.*', 'audit.read', 'agents.exchange'];
const key = (): Partial<TenantContext> => ({ actor: { kind: 'key', id: newId(), role: 'secret_key' } });

describe('Tokens of an agent', () => {
  const t = agentsOnRealPostgres();
  const issue = (
    tenant: TestTenant,
    agentId: string,
    facts: Partial<TenantContext>,
    more: Partial<IssueAgentTokenRequest> = {},
  ): Promise<NewAgentToken> => tenant.call(issueAgentToken, { agentId, audiences: ['api'], ...more }, facts);
  const entry = ({ token }: NewAgentToken) =>
    entryOf<AgentTokenEntry>(t, 'agent_tokens', createHash('sha256').update(token).digest('hex'));

  it('show their secret once, and nothing but its hash is kept', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const owner = join(t, t.a.id);
    const made = await issue(t.a, agent.id, owner, { lifetimeSeconds: 60 });
    expect(made.token).toMatch(/^at_live_[\w-]{43}$/);
    expect(await entry(made)).toEqual({
      ...{
        version: 1,
        tenantId: t.a.id,
        agentId: agent.id,
        tokenId: made.id,
        audiences: ['api'],
        grants: [...PERMISSIONS, 'agents.complete'],
      },
      ...{ locationId: null, onBehalfOf: owner.actor!.id, expiresAt: made.expiresAt.toISOString() },
    });
    const kept = JSON.stringify([
      await t.database.admin('select * from agents.agent_token'),
      await t.database.admin('select * from agents.outbox'),
    ]);
    expect(kept).not.toContain(made.token.slice('at_live_xxxx'.length));
    const listed = await t.a.call(listAgentTokens, { agentId: agent.id });
    expect(listed.data).toMatchObject([{ id: made.id, prefix: made.token.slice(0, 12) }]);
    expect(JSON.stringify(listed)).not.toContain(made.token);
    await expect(t.b.call(listAgentTokens, { agentId: agent.id })).rejects.toBeFault('not-found');
  });

  it('are for agents of the caller’s tenant alone, and only while one may act', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    for (const agentId of [agent.id, newId()])
      await expect(issue(t.b, agentId, join(t, t.b.id))).rejects.toBeFault('not-found');
    const owner = join(t, t.a.id);
    await expect(issue(t.a, (await newAgent(t.a)).id, owner)).rejects.toBeFault('conflict');
    await t.a.call(pauseAgent, { agentId: agent.id });
    await relay(t);
    await expect(issue(t.a, agent.id, owner)).rejects.toBeFault('conflict');
  });

  it('are worth no more than the configuration and whoever issues them', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const staff = { ...join(t, t.a.id, 'staff'), permissions: ['rows.read', 'tables.*', 'agents.use'] };
    expect((await issue(t.a, agent.id, staff)).permissions).toEqual([
      'rows.read',
      'agents.exchange',
      'agents.complete',
    ]);
    const more = issue(t.a, agent.id, staff, { permissions: ['rows.read', 'rows.write'] });
    await expect(more).rejects.toBeFault('scope-not-held', { field: 'permissions[1]' });
    const beyond = issue(t.a, agent.id, join(t, t.a.id), { permissions: ['members.read'] });
    await expect(beyond).rejects.toBeFault('scope-not-held', { field: 'permissions[0]' });
  });

  it('act for the member who asks, for whom a program names, or for nobody where that is allowed', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const [owner, stranger] = [join(t, t.a.id), join(t, t.b.id)];
    const onBehalfOf = owner.actor!.id;
    expect((await issue(t.a, agent.id, owner)).onBehalfOf).toBe(onBehalfOf);
    expect((await issue(t.a, agent.id, key(), { onBehalfOf })).onBehalfOf).toBe(onBehalfOf);
    expect((await issue(t.a, agent.id, key())).onBehalfOf).toBeNull();
    expect((await issue(t.a, agent.id, owner, { autonomous: true })).onBehalfOf).toBeNull();
    const staff = { ...join(t, t.a.id, 'staff'), permissions: ['agents.use'] };
    await expect(issue(t.a, agent.id, staff, { autonomous: true })).rejects.toBeFault('forbidden');
    await expect(issue(t.a, agent.id, staff, { onBehalfOf })).rejects.toBeFault('invalid-input', {
      field: 'onBehalfOf',
    });
    for (const nobody of [stranger.actor!.id, newId()]) {
      const asked = issue(t.a, agent.id, key(), { onBehalfOf: nobody });
      await expect(asked).rejects.toBeFault('invalid-input', { field: 'onBehalfOf' });
    }
  });

  it('act where the configuration allows it, and only there', async () => {
    const [here, there] = [newId(), newId()];
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS, locationIds: [here] });
    const owner = join(t, t.a.id);
    expect((await issue(t.a, agent.id, owner, { locationId: here })).locationId).toBe(here);
    for (const locationId of [there, undefined])
      await expect(issue(t.a, agent.id, owner, { locationId })).rejects.toBeFault('invalid-input', {
        field: 'locationId',
      });
  });

  it('are exchanged for narrower ones and for nothing wider', async () => {
    const [agent, sub] = [
      await liveAgent(t, t.a, { permissions: PERMISSIONS }),
      await liveAgent(t, t.a, { permissions: ['rows.read', 'members.read'] }),
    ];
    const parent = await issue(t.a, agent.id, join(t, t.a.id), { audiences: ['api', 'mcp'], lifetimeSeconds: 120 });
    const narrower = await t.a.call(
      exchangeAgentToken,
      { agentId: sub.id, audiences: ['mcp'], lifetimeSeconds: 3600 },
      asAgent(parent),
    );
    expect(narrower).toMatchObject({
      agentId: sub.id,
      audiences: ['mcp'],
      permissions: ['rows.read', 'agents.complete'],
    });
    expect([narrower.onBehalfOf, narrower.expiresAt]).toEqual([parent.onBehalfOf, parent.expiresAt]);
    const exchange = (more: object) => t.a.call(exchangeAgentToken, more, asAgent(parent));
    await expect(exchange({ audiences: ['completions'] })).rejects.toBeFault('invalid-input', {
      field: 'audiences[0]',
    });
    await expect(exchange({ permissions: ['members.read'] })).rejects.toBeFault('scope-not-held');
    const ofB = await liveAgent(t, t.b, { permissions: PERMISSIONS });
    for (const agentId of [ofB.id, newId()]) await expect(exchange({ agentId })).rejects.toBeFault('not-found');
    await expect(t.a.call(exchangeAgentToken, {}, join(t, t.a.id))).rejects.toBeFault('forbidden');
  });

  it('are exchanged a few times only', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    let token = await issue(t.a, agent.id, join(t, t.a.id));
    for (let times = 0; times < 4; times += 1) token = await t.a.call(exchangeAgentToken, {}, asAgent(token));
    await expect(t.a.call(exchangeAgentToken, {}, asAgent(token))).rejects.toBeFault('conflict');
  });

  it('are revoked with all that they were exchanged for, and with nothing else', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const [root, other] = [await issue(t.a, agent.id, join(t, t.a.id)), await issue(t.a, agent.id, join(t, t.a.id))];
    const child = await t.a.call(exchangeAgentToken, {}, asAgent(root));
    const grandchild = await t.a.call(exchangeAgentToken, {}, asAgent(child));
    const revoke = (tenant: TestTenant, tokenId: string) =>
      tenant.call(revokeAgentToken, { agentId: agent.id, tokenId });
    for (const tokenId of [root.id, newId()]) await expect(revoke(t.b, tokenId)).rejects.toBeFault('not-found');
    await revoke(t.a, root.id);
    await revoke(t.a, root.id);
    for (const { id } of [root, child, grandchild]) expect(await entryOf(t, 'agent_revocations', id)).toBeDefined();
    expect(await entryOf(t, 'agent_revocations', other.id)).toBeUndefined();
    expect((await t.a.call(listAgentTokens, { agentId: agent.id })).data.map(({ id }) => id)).toEqual([other.id]);
    expect((await t.outbox()).filter(({ type }) => type === 'AgentTokenRevoked')).toMatchObject([{ revoked: 3 }]);
    await expect(t.a.call(exchangeAgentToken, {}, asAgent(child))).rejects.toBeFault('unauthenticated');
  });

  it('are issued in the dialect of functions too', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const made = await t.a.call(agentsIssueToken, { agent_id: agent.id, lifetime_seconds: 60 }, join(t, t.a.id));
    expect(made.token).toMatch(/^at_live_/);
    await expect(t.b.call(agentsIssueToken, { agent_id: agent.id }, join(t, t.b.id))).rejects.toBeFault('not-found');
  });

  it('are granted in the dialect of OAuth, for the MCP server alone', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const wish = { grant_type: 'client_credentials', client_id: agent.id };
    const made = await t.a.call(grantAgentToken, wish, key());
    expect(made).toMatchObject({
      access_token: expect.stringMatching(/^at_live_/) as string,
      token_type: 'Bearer',
      scope: 'mcp',
    });
    expect(made.expires_in).toBeGreaterThan(0);
    expect(made.expires_in).toBeLessThanOrEqual(900);
    expect(await entry({ token: made.access_token } as NewAgentToken)).toMatchObject({
      audiences: ['mcp'],
      onBehalfOf: null,
    });
    const somebody = join(t, t.a.id);
    const theirs = await t.a.call(grantAgentToken, wish, somebody);
    expect(await entry({ token: theirs.access_token } as NewAgentToken)).toMatchObject({
      onBehalfOf: somebody.actor!.id,
    });
    await expect(t.b.call(grantAgentToken, wish, key())).rejects.toBeFault('not-found');
  });

  it('are all found when a lost directory is filled again, revoked ones as such', async () => {
    const agent = await liveAgent(t, t.a, { permissions: PERMISSIONS });
    const [alive, revoked] = [await issue(t.a, agent.id, join(t, t.a.id)), await issue(t.a, agent.id, join(t, t.a.id))];
    await t.a.call(revokeAgentToken, { agentId: agent.id, tokenId: revoked.id });
    const filled = new Map<string, object | null>();
    for await (const { bucket, key: name, value } of refill(t.doors)) filled.set(`${bucket} ${name}`, value);
    const hash = createHash('sha256').update(alive.token).digest('hex');
    expect(filled.get(`agent_tokens ${hash}`)).toEqual(await entry(alive));
    expect(filled.get(`agent_revocations ${revoked.id}`)).toBeDefined();
    expect(filled.get(`agent_revocations ${alive.id}`)).toBeUndefined();
  });
});
