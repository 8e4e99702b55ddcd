import { createConversation } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { member } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

type Step = (...given: never[]) => Promise<unknown>;

describe('A turn whose call could not begin', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const who = member();

  const converse = async (tenant: TestTenant): Promise<string> => (await tenant.call(createConversation, {}, who)).id;
  const ask = (tenant: TestTenant, id: string) => f.ask(tenant, 'Hello', { metadata: { conversation_id: id } }, who);

  /** The database takes the next write of its kind, and its answer is lost with the session; restored by what this answers. */
  function loseAnswerOf(method: 'write' | 'transaction', nth: number): () => void {
    const tenants = t.bus.get(TenantDatabase) as unknown as Record<string, Step>;
    const original = tenants[method]!.bind(tenants) as Step;
    let calls = 0;
    tenants[method] = async (...given) => {
      const done = await original(...given);
      if (++calls === nth) throw new Fault('unavailable', { detail: 'the session was lost' });
      return done;
    };
    return () => delete tenants[method];
  }

  it.each([
    ['taking it was answered', 1],
    ['the call was written down', 2],
  ])('is free at once when the session was lost before %s', async (_, nth) => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    const [mine, theirs] = [await converse(t.a), await converse(t.b)];
    const restore = loseAnswerOf('write', nth);
    await expect(ask(t.a, mine)).rejects.toBeFault('unavailable');
    restore();
    const held = await t.database.admin(`select id from agents.conversation where answering is not null`);
    expect(held).toEqual([]);
    await ask(t.a, mine);
    await ask(t.b, theirs);
  });

  it('stays with the call that has it when another one asks', async () => {
    await f.budget(t.a);
    const id = await converse(t.a);
    const body = await f.stream(t.a, '[[endless]] [[slow 5]]', { metadata: { conversation_id: id } }, who);
    const turnOf = () => t.database.admin(`select answering from agents.conversation where id = $1`, [id]);
    const before = await turnOf();
    await expect(ask(t.a, id)).rejects.toBeFault('conflict');
    expect(await turnOf()).toEqual(before);
    await body[Symbol.asyncIterator]().return?.();
  });
});
