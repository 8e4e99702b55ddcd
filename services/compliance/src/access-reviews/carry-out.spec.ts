import {} from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { ReviewFixture } from './access-reviews.fixture.js';

describe('Decisions that are carried out', () => {
  const f = new ReviewFixture();
  const { t } = f;
  const { leaver, member, run, frozen, items, find, decide, complete, events } = f;

  beforeEach(() => Object.assign(f.peers, { silent: [], refusals: {}, isLogged: true }));

  it('end what is revoked, and show the entry of the log by which it ended', async () => {
    const review = await frozen(t.a);
    f.peers.accesses.set(t.b.id, [member(leaver)]);
    const revoked = [await find(t.a, review, leaver), ...(await items(t.a, review, { kind: 'api_key' }))];
    await decide(t.a, review, revoked, { decision: 'revoke' });
    f.peers.isLogged = false;
    await run();
    expect((await items(t.a, review, { execution: 'proving' })).map(({ accessId }) => accessId).sort()).toEqual(
      revoked.map(({ accessId }) => accessId).sort(),
    );
    await expect(decide(t.a, review, revoked, { decision: 'keep' })).rejects.toBeFault('conflict');
    await expect(complete(t.a, review, 'They are all of the board')).rejects.toBeFault('conflict');
    f.peers.isLogged = true;
    await f.runOn();
    const done = await items(t.a, review, { execution: 'done' });
    expect(done).toHaveLength(2);
    for (const { evidence } of done)
      expect(evidence).toMatchObject({ outcome: 'revoked', sequence: 8n, leafHash: 'a leaf', hashes: ['a hash'] });
    const ended = f.peers.ended.filter(({ id }) => revoked.some(({ accessId }) => accessId === id));
    expect(ended.map(({ tenantId }) => tenantId)).toEqual([t.a.id, t.a.id]);
    expect(f.peers.accesses.get(t.b.id)).toHaveLength(1);
    expect((await events('AccessDecisionCarriedOut', review)).map(({ outcome }) => outcome)).toEqual([
      'revoked',
      'revoked',
    ]);
  });

  it('leave to people what is refused, with the reason, and go on with the others', async () => {
    const review = await frozen(t.a);
    const [one] = await items(t.a, review, { kind: 'agent' });
    f.peers.refusals = { identity: new Fault('last-owner') };
    const who = await find(t.a, review, leaver);
    await decide(t.a, review, [who, one!], { decision: 'revoke' });
    await run();
    f.clock.advanceMinutes(6);
    await run();
    expect(await find(t.a, review, leaver)).toMatchObject({
      execution: 'refused',
      problem: expect.any(String) as string,
    });
    expect((await items(t.a, review, { execution: 'done' })).map(({ id }) => id)).toEqual([one!.id]);
    await expect(complete(t.a, review, 'They are all of the board')).rejects.toBeFault('conflict');
    f.peers.refusals = {};
    await decide(t.a, review, [who], { decision: 'change_role', role: 'customer' });
    await f.runOn();
    expect(await find(t.a, review, leaver)).toMatchObject({ execution: 'done', evidence: { outcome: 'changed' } });
    expect(f.peers.ended.at(-1)).toMatchObject({ id: leaver, role: 'customer' });
  });
});
