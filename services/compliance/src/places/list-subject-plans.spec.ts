import { listSubjectPlans, planAccess, planErasure } from '@tenantry/contracts';
import { ComplianceFixture } from '../compliance.fixture.js';

const subject = [{ table: 'customers', value: '5' }];

describe('The list of copies and erasures', () => {
  const f = new ComplianceFixture();
  const { t } = f;

  it('has the tenant’s own, the newest first, and nobody else’s', async () => {
    const copy = await t.a.call(planAccess, { subject });
    const erasure = await t.a.call(planErasure, { subject });
    const { data } = await t.a.call(listSubjectPlans, {});
    expect(data.map(({ id, kind, status }) => [id, kind, status])).toEqual([
      [erasure.id, 'erasure', 'planned'],
      [copy.id, 'access', 'planned'],
    ]);
    expect(data[0]).toMatchObject({ plannedBy: erasure.plannedBy, approvedBy: null, finishedAt: null });
    expect((await t.b.call(listSubjectPlans, {})).data).toEqual([]);
  });

  it('tells of a privacy request which plans answer it', async () => {
    const request = await f.open(t.a);
    await t.a.call(planAccess, { subject });
    const answer = await t.a.call(planAccess, { subject, requestId: request.id });
    const { data } = await t.a.call(listSubjectPlans, { requestId: request.id });
    expect(data.map(({ id }) => id)).toEqual([answer.id]);
    expect((await t.b.call(listSubjectPlans, { requestId: request.id })).data).toEqual([]);
  });

  it('goes on where a page ended, within its filter', async () => {
    for (let nth = 0; nth < 3; nth++) await t.a.call(planErasure, { subject });
    await t.a.call(planAccess, { subject });
    const first = await t.a.call(listSubjectPlans, { kind: 'erasure', limit: 2 });
    const second = await t.a.call(listSubjectPlans, { kind: 'erasure', limit: 2, cursor: first.nextCursor });
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([2, 1, null]);
    expect((await t.a.call(listSubjectPlans, { status: 'held' })).data).toEqual([]);
    const elsewhere = t.b.call(listSubjectPlans, { kind: 'erasure', limit: 2, cursor: first.nextCursor });
    await expect(elsewhere).rejects.toBeFault('invalid-cursor', { field: 'cursor' });
  });

  it('is shown to who may read privacy requests', async () => {
    const attempt = t.a.call(listSubjectPlans, {}, { permissions: ['rows.read'] });
    await expect(attempt).rejects.toBeFault('forbidden');
  });
});
