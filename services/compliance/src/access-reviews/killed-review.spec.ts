import { getAccessReview, getAccessReviewStatement, openAccessReview } from '@tenantry/contracts';
import { deaths, dying } from '../killed.fixture.js';
import { as, ReviewFixture } from './access-reviews.fixture.js';

/** Of the freezing: the population of each service, the head of the log, one commit. */
const FREEZE_STEPS = 4;
/** Of two decisions that are carried out: each is ended, kept, proven and kept; then what is left is noted. */
const CARRY_OUT_STEPS = 10;
/** Of the completion: the signature and the commit. */
const COMPLETE_STEPS = 2;

describe('An access review of which the process is killed', () => {
  const f = new ReviewFixture();
  const { t, peers, run, items, find, decide, complete, events, leaver, population } = f;

  beforeEach(() => Object.assign(peers, { silent: [], refusals: {}, isLogged: true }));

  /** What is decided is ended in one turn and proven in the next. */
  const dieIn = (step: number, dies: 'before' | 'after', turns = 1) =>
    dying(f, async (process) => {
      process.dieAt(step, dies);
      await f.runOn(turns);
      expect(process.steps).toBeGreaterThanOrEqual(step);
      process.revive();
      await f.runOn();
    });
  const opened = async () => {
    peers.accesses.set(t.a.id, population());
    return t.a.call(openAccessReview, {});
  };
  const decided = async () => {
    const review = await f.frozen(t.a);
    const some = [await find(t.a, review, leaver), ...(await items(t.a, review, { kind: 'api_key' }))];
    await decide(t.a, review, some, { decision: 'revoke' });
    return review;
  };

  it.each(deaths(FREEZE_STEPS))(
    'freezes one population, when that is at step %i, %s it is done',
    async (step, dies) => {
      const review = await opened();
      await dieIn(step, dies);
      expect(await t.a.call(getAccessReview, { reviewId: review.id })).toMatchObject({ status: 'open', problem: null });
      expect(await items(t.a, review)).toHaveLength(population().length);
      expect(await events('AccessReviewFrozen', review)).toHaveLength(1);
    },
  );

  it.each(deaths(CARRY_OUT_STEPS))(
    'carries out each decision once, when that is at step %i, %s it is done',
    async (step, dies) => {
      const review = await decided();
      await dieIn(step, dies, 2);
      const done = await items(t.a, review, { execution: 'done' });
      expect(done.map(({ evidence }) => evidence?.outcome)).toEqual(['revoked', 'revoked']);
      expect(await events('AccessDecisionCarriedOut', review)).toHaveLength(2);
      expect(peers.accesses.get(t.a.id)).toHaveLength(population().length - 2);
    },
  );

  it.each(deaths(COMPLETE_STEPS))('is completed once, when that is at step %i, %s it is done', async (step, dies) => {
    const review = await decided();
    await f.runOn();
    const left = (await items(t.a, review)).filter(({ decision }) => decision === null);
    await decide(
      t.a,
      review,
      left.filter(({ accessId }) => accessId !== f.reviewer),
      { decision: 'keep' },
    );
    await dying(f, async (process) => {
      process.dieAt(step, dies);
      await expect(complete(t.a, review, 'The reviewer does not review themselves')).rejects.toBeDefined();
    });
    if (step < COMPLETE_STEPS || dies === 'before')
      await complete(t.a, review, 'The reviewer does not review themselves');
    else await expect(complete(t.a, review, 'The reviewer does not review themselves')).rejects.toBeFault('conflict');
    const statement = await t.a.call(getAccessReviewStatement, { reviewId: review.id }, as(f.reviewer));
    expect(statement).toMatchObject({ note: 'a note' });
    expect(await events('AccessReviewCompleted', review)).toHaveLength(1);
  });

  it('has as many steps as it is killed at', async () => {
    await opened();
    await dying(f, async (process) => {
      await run();
      expect(process.steps).toBe(FREEZE_STEPS);
    });
    await decided();
    await dying(f, async (process) => {
      await f.runOn(2);
      expect(process.steps).toBe(CARRY_OUT_STEPS);
    });
  });
});
