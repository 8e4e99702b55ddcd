import {
  exchangeAgentToken,
  issueAgentToken,
  listAgentTokens,
  revokeAgentToken,
  type NewAgentToken,
} from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { eventually, testContext } from '@tenantry/testing';
import { agentsOnRealPostgres, asAgent, join, liveAgent } from '../agents.fixture.js';

describe('Revoking a token', () => {
  const t = agentsOnRealPostgres();

  it('ends also what one deep in its tree is being exchanged for at this moment', async () => {
    const { id: agentId } = await liveAgent(t, t.a, { permissions: ['agents.exchange'] });
    const root = await t.a.call(issueAgentToken, { agentId, audiences: ['api'] }, join(t, t.a.id));
    const exchange = (token: NewAgentToken) => t.a.call(exchangeAgentToken, {}, asAgent(token));
    const deep = await exchange(root);
    const theirs = await liveAgent(t, t.b);
    const foreign = await t.b.call(issueAgentToken, { agentId: theirs.id, audiences: ['api'] }, join(t, t.b.id));
    const { tenants } = t.database.doors('agents');
    let revoking: Promise<unknown> = Promise.resolve();
    // What an exchange does: it has the row of the token that is shown, and adds another.
    await tenants.transaction(testContext(t.a.id), async (tx) => {
      await tx.query(sql`select from agents.agent_token where id = ${deep.id} for update`);
      revoking = t.a.call(revokeAgentToken, { agentId, tokenId: root.id });
      revoking.catch(() => undefined);
      await eventually(async () => (await waiting()) === 1);
      await tx.query(sql`insert into agents.agent_token select (jsonb_populate_record(t, jsonb_build_object('id', ${newId()}::text,
        'parent_id', t.id, 'depth', 2, 'hash', ${newId()}::text))).* from agents.agent_token t where id = ${deep.id}`);
    });
    await revoking;
    expect((await t.a.call(listAgentTokens, { agentId })).data).toEqual([]);
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'AgentTokenRevoked', tokenId: root.id, revoked: 3 });
    const alive = await t.b.call(listAgentTokens, { agentId: theirs.id });
    expect(alive.data.map(({ id }) => id)).toEqual([foreign.id]);
  });

  async function waiting(): Promise<number> {
    const text = `select from pg_stat_activity where datname = current_database() and usename = 'agents_service' and wait_event_type = 'Lock'`;
    return (await t.database.admin(text)).length;
  }
});
