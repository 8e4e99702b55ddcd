import {
  compareAccessRoster,
  completeAccessReview,
  getAccessReview,
  getAccessReviewStatement,
  listAccessReviewItems,
  listAccessReviews,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { ReviewFixture, as } from './access-reviews.fixture.js';

describe('Access reviews', () => {
  const f = new ReviewFixture();
  const { t } = f;
  const { reviewer, granter, leaver, population, run, frozen, items, find, decide, events } = f;

  beforeEach(() => Object.assign(f.peers, { silent: [], refusals: {}, isLogged: true }));

  it('freeze everything that somebody may do, with the head of the audit log, and the log commits to it', async () => {
    const review = await frozen(t.a);
    expect(review).toMatchObject({ status: 'open', progress: { undecided: 5 } });
    expect(review.population).toMatchObject({
      items: 5,
      treeSize: 7n,
      rootHash: 'the root',
      checkpoint: 'a checkpoint',
    });
    const { digest } = review.population!;
    expect(await events('AccessReviewFrozen', review)).toMatchObject([
      { tenantId: t.a.id, items: 5, digest, treeSize: '7' },
    ]);
    f.peers.accesses.set(t.a.id, []);
    await run();
    expect(await items(t.a, review)).toHaveLength(5);
    expect((await frozen(t.a, population())).population!.digest).not.toBe(digest);
  });

  it('have no population while a service does not answer, and go on by themselves when it does', async () => {
    f.peers.silent = ['agents'];
    const review = await frozen(t.a);
    expect(review).toMatchObject({ status: 'freezing', problem: 'It does not answer', population: null });
    expect(await items(t.a, review)).toEqual([]);
    await expect(decide(t.a, review, [{ id: newId() }], { decision: 'keep' })).rejects.toBeFault('conflict');
    f.peers.silent = [];
    f.clock.advanceMinutes(1);
    await run();
    expect(await t.a.call(getAccessReview, { reviewId: review.id })).toMatchObject({ status: 'open', problem: null });
  });

  it('are their tenant’s own', async () => {
    const review = await frozen(t.a);
    const reviewId = review.id;
    expect((await t.b.call(listAccessReviews, {})).data.map(({ id }) => id)).not.toContain(reviewId);
    await expect(t.b.call(getAccessReview, { reviewId })).rejects.toBeFault('not-found');
    await expect(items(t.b, review)).rejects.toBeFault('not-found');
    await expect(t.b.call(compareAccessRoster, { reviewId, csv: 'email\na@b.c\n' })).rejects.toBeFault('not-found');
    const [one] = await items(t.a, review, { kind: 'member' });
    await expect(decide(t.b, review, [one!], { decision: 'keep' })).rejects.toBeFault('not-found');
    const own = await frozen(t.b);
    await expect(decide(t.b, own, [one!], { decision: 'keep' })).rejects.toBeFault('not-found');
    await expect(t.b.call(completeAccessReview, { reviewId }, as(reviewer))).rejects.toBeFault('not-found');
    await expect(t.b.call(getAccessReviewStatement, { reviewId })).rejects.toBeFault('not-found');
  });

  it('say who left, who is nobody, and whose role is another, and keep nothing else of the roster', async () => {
    const review = await frozen(t.a);
    const roster = (lines: readonly string[]) =>
      t.a.call(compareAccessRoster, { reviewId: review.id, csv: ['email,status,role', ...lines, ''].join('\n') });
    const compared = await roster([
      `${leaver}@example.com,left,`,
      `${reviewer}@example.com,active,staff`,
      'secret.person@example.com,active,',
    ]);
    expect(compared.roster).toMatchObject({ people: 3 });
    expect((await find(t.a, review, leaver)).findings).toEqual(['leaver']);
    expect((await find(t.a, review, granter)).findings).toEqual(['orphan']);
    expect(await find(t.a, review, reviewer)).toMatchObject({ findings: ['role_drift'], rosterRole: 'staff' });
    expect((await items(t.a, review, { finding: 'leaver' })).map(({ kind }) => kind)).toEqual(['api_key', 'member']);
    expect((await items(t.a, review, { finding: 'any', kind: 'agent' })).map(({ findings }) => findings)).toEqual([
      ['orphan'],
    ]);
    const kept = await t.database.admin('select to_jsonb(i) as item from compliance.access_item i');
    expect(JSON.stringify([kept, await t.outbox()])).not.toContain('secret.person');
    await roster([
      `${leaver}@example.com,active,`,
      `${granter}@example.com,active,`,
      `${reviewer}@example.com,active,`,
    ]);
    expect(await items(t.a, review, { finding: 'any' })).toEqual([]);
    await expect(roster(['nobody,active,'])).rejects.toBeFault('invalid-input', { field: 'csv' });
  });

  it('are listed page by page, and so are their accesses', async () => {
    const earlier = await frozen(t.a);
    f.clock.advanceMinutes(1);
    const review = await frozen(t.a);
    const ids: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await t.a.call(listAccessReviewItems, { reviewId: review.id, limit: 2, cursor });
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor ?? null;
    }
    expect(ids).toEqual((await items(t.a, review)).map(({ id }) => id));
    const first = await t.a.call(listAccessReviews, { limit: 1 });
    const second = await t.a.call(listAccessReviews, { limit: 1, cursor: first.nextCursor });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([review.id, earlier.id]);
    expect(second.nextCursor).toBeNull();
  });
});
