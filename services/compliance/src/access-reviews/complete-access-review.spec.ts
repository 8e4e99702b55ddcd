import {
  getAccessReviewSchedule,
  getAccessReviewStatement,
  listAccessReviews,
  replaceAccessReviewSchedule,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { ReviewFixture, as } from './access-reviews.fixture.js';

const DAY = /^\d{4}-\d{2}-01$/;

describe('Access reviews in time', () => {
  const f = new ReviewFixture();
  const { t } = f;
  const { reviewer, leaver, member, frozen, items, decide, complete, events } = f;

  it('are completed once everything is decided, or said why not, and then stay as they are', async () => {
    const review = await frozen(t.a);
    const others = (await items(t.a, review)).filter(
      ({ barred, findings }) => barred === null && findings.length === 0,
    );
    await decide(t.a, review, others, { decision: 'keep' });
    await expect(complete(t.a, review)).rejects.toBeFault('conflict', { field: 'leftBecause' });
    await expect(t.a.call(getAccessReviewStatement, { reviewId: review.id })).rejects.toBeFault('conflict');
    const completed = await complete(t.a, review, 'There is nobody else to review the reviewer');
    expect(completed).toMatchObject({
      status: 'completed',
      completedBy: reviewer,
      progress: { undecided: 5 - others.length },
    });
    expect(await t.a.call(getAccessReviewStatement, { reviewId: review.id })).toEqual({ note: 'a note', key: 'a key' });
    await expect(complete(t.a, review)).rejects.toBeFault('conflict');
    await expect(decide(t.a, review, others, { decision: 'revoke' })).rejects.toBeFault('conflict');
    const next = await frozen(t.a, [member(leaver, { role: 'admin' }), member(newId())]);
    const [first, second] = await items(t.a, next, { kind: 'member' });
    const both = [first!, second!].sort((one) => (one.accessId === leaver ? -1 : 1));
    expect(both).toMatchObject([
      { previousRole: 'staff', findings: ['role_drift'] },
      { previousRole: null, findings: ['new'] },
    ]);
  });

  it('open by themselves on the first day of a quarter, once, for the tenant that wants it', async () => {
    const schedule = await t.a.call(replaceAccessReviewSchedule, { everyMonths: 3, dueDays: 14 });
    expect(schedule).toMatchObject({ everyMonths: 3, nextOn: expect.stringMatching(DAY) as string });
    const open = async () => {
      await t.bus.runSchedule('compliance.access-review-schedule');
      return (await t.a.call(listAccessReviews, {})).data.filter(({ openedBy }) => openedBy === 'schedule');
    };
    expect(await open()).toEqual([]);
    f.clock.advanceDays(100);
    expect(await open()).toHaveLength(1);
    expect(await open()).toHaveLength(1);
    expect((await t.a.call(getAccessReviewSchedule, {})).nextOn! > schedule.nextOn!).toBe(true);
    expect((await t.b.call(listAccessReviews, {})).data.filter(({ openedBy }) => openedBy === 'schedule')).toEqual([]);
    await t.a.call(replaceAccessReviewSchedule, { everyMonths: 0 });
    f.clock.advanceDays(100);
    expect(await open()).toHaveLength(1);
  });

  it('announce that half, four fifths and all of their time is used up, with what is left to decide', async () => {
    const review = await frozen(t.a);
    const [one] = (await items(t.a, review)).filter(({ findings }) => findings.length === 0);
    await decide(t.a, review, [one!], { decision: 'keep' }, as(newId()));
    for (const [days, percent] of [
      [16, 50],
      [9, 80],
      [7, 100],
    ] as const) {
      f.clock.advanceDays(days);
      await t.bus.runSchedule('compliance.escalate');
      await t.bus.runSchedule('compliance.escalate');
      expect((await events('AccessReviewEscalated', review)).at(-1)).toMatchObject({
        tenantId: t.a.id,
        percent,
        undecided: 4,
      });
    }
    expect(await events('AccessReviewEscalated', review)).toHaveLength(3);
  });
});
