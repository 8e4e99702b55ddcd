import { compareAccessRoster, getAccessReview } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { ReviewFixture, as } from './access-reviews.fixture.js';

describe('Decisions of access reviews', () => {
  const f = new ReviewFixture();
  const { t } = f;
  const { reviewer, granter, leaver, frozen, items, find, decide } = f;
  const changesOf = async (id: string): Promise<object[]> =>
    (await t.outbox()).flatMap(({ changes }) => ((changes ?? []) as { id: string }[]).filter((one) => one.id === id));

  it('are decided about by nobody whose own access it is, or who gave it, and by no key', async () => {
    const review = await frozen(t.a);
    const [own, of] = [await find(t.a, review, reviewer), await find(t.a, review, leaver)];
    expect([own.barred, of.barred]).toEqual(['own', null]);
    await expect(decide(t.a, review, [own], { decision: 'keep' })).rejects.toBeFault('forbidden');
    await expect(decide(t.a, review, [of], { decision: 'revoke' }, as(granter, 'owner'))).rejects.toBeFault(
      'forbidden',
    );
    await expect(decide(t.a, review, [of], { decision: 'keep' }, as(newId(), 'owner', 'key'))).rejects.toBeFault(
      'forbidden',
    );
    const unapproved = { ...as(reviewer), permissions: ['compliance.write'] };
    await expect(decide(t.a, review, [of], { decision: 'keep' }, unapproved)).rejects.toBeFault('forbidden');
    await expect(decide(t.a, review, [of, own], { decision: 'keep' })).rejects.toBeFault('forbidden');
    expect((await t.a.call(getAccessReview, { reviewId: review.id })).progress).toMatchObject({
      undecided: 5,
      kept: 0,
    });
  });

  it('take from an owner only by an owner', async () => {
    const review = await frozen(t.a);
    const owner = await find(t.a, review, granter);
    for (const role of ['compliance', 'admin'])
      await expect(decide(t.a, review, [owner], { decision: 'revoke' }, as(reviewer, role))).rejects.toBeFault(
        'forbidden',
      );
    await decide(t.a, review, [owner], { decision: 'keep' });
    await decide(t.a, review, [owner], { decision: 'change_role', role: 'admin' }, as(reviewer, 'owner'));
  });

  it('note each decision in the log, and a reason to keep what is doubtful', async () => {
    const review = await frozen(t.a);
    const key = (await items(t.a, review, { kind: 'api_key' }))[0]!;
    const csv = `email,status\n${leaver}@example.com,left\n`;
    await t.a.call(compareAccessRoster, { reviewId: review.id, csv });
    await expect(decide(t.a, review, [key], { decision: 'keep' })).rejects.toBeFault('invalid-input', {
      field: 'reason',
    });
    await decide(t.a, review, [key], { decision: 'keep', reason: 'The nightly export uses it' });
    const [change] = await changesOf(key.id);
    expect(change).toMatchObject({
      resource: 'access_item',
      new: { accessId: key.accessId, decision: 'keep', kind: 'api_key' },
    });
    expect(await find(t.a, review, key.accessId)).toMatchObject({
      decision: 'keep',
      decidedBy: reviewer,
      execution: null,
    });
  });

  it('give only members another role, and name it', async () => {
    const review = await frozen(t.a);
    const [agent] = await items(t.a, review, { kind: 'agent' });
    const change = { decision: 'change_role', role: 'customer' };
    await expect(decide(t.a, review, [agent!], change)).rejects.toBeFault('invalid-input', { field: 'decision' });
    const who = await find(t.a, review, leaver);
    for (const role of [null, 'staff'])
      await expect(decide(t.a, review, [who], { decision: 'change_role', role })).rejects.toBeFault('invalid-input', {
        field: 'role',
      });
  });
});
