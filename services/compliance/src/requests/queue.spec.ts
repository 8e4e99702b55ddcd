import {
  assignPrivacyRequests,
  commentPrivacyRequest,
  getPrivacyRequest,
  listPrivacyRequestEntries,
  listPrivacyRequests,
  withdrawPrivacyRequest,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { ComplianceFixture } from '../compliance.fixture.js';

describe('The queue', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const daysAgo = (days: number) => new Date(f.clock.now().getTime() - days * 86_400_000);
  const join = (tenantId: string): string => {
    const userId = newId();
    const memberships = [{ tenantId, role: 'compliance' }];
    t.bus.directories.members.put(userId, { version: 1, status: 'active', platformRole: null, memberships });
    return userId;
  };

  it('has what is due first at the top, page by page, and nothing of another tenant', async () => {
    const later = await f.open(t.a, { receivedAt: daysAgo(1) });
    const soon = await f.open(t.a, { receivedAt: daysAgo(20) });
    const middle = await f.open(t.a, { receivedAt: daysAgo(10) });
    const first = await t.a.call(listPrivacyRequests, { limit: 2 });
    const rest = await t.a.call(listPrivacyRequests, { limit: 2, cursor: first.nextCursor });
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual([soon.id, middle.id, later.id]);
    expect(rest.nextCursor).toBeNull();
    expect(await t.b.call(listPrivacyRequests, {})).toBeEmptyPage();
    await expect(t.b.call(listPrivacyRequests, { limit: 2, cursor: first.nextCursor })).rejects.toBeFault(
      'invalid-cursor',
    );
    await expect(t.a.call(listPrivacyRequests, { open: true, cursor: first.nextCursor })).rejects.toBeFault(
      'invalid-cursor',
    );
  });

  it('is filtered by status, type, member and due date, and shows nobody’s words', async () => {
    const erasure = await f.open(t.a, { type: 'gdpr_erasure', receivedAt: daysAgo(25), details: 'All of it' });
    const closed = await f.open(t.a);
    await f.on(t.a, closed, withdrawPrivacyRequest, { text: 'By phone' });
    const idsOf = async (filter: object) => (await t.a.call(listPrivacyRequests, filter)).data.map(({ id }) => id);
    expect(await idsOf({ open: true })).toEqual([erasure.id]);
    expect(await idsOf({ open: false })).toEqual([closed.id]);
    expect(await idsOf({ type: 'gdpr_erasure' })).toEqual([erasure.id]);
    expect(await idsOf({ legalStatus: 'withdrawn' })).toEqual([closed.id]);
    expect(await idsOf({ dueBefore: new Date(f.clock.now().getTime() + 10 * 86_400_000) })).toEqual([erasure.id]);
    expect(await idsOf({ assigneeId: newId() })).toEqual([]);
    expect((await t.a.call(listPrivacyRequests, { open: true })).data[0]?.details).toBeNull();
  });

  it('is given to a member in bulk, all or none', async () => {
    const member = join(t.a.id);
    const [one, two, foreign] = [await f.open(t.a), await f.open(t.a), await f.open(t.b)];
    const assign = (requestIds: string[], assigneeId: string | null = member) =>
      t.a.call(assignPrivacyRequests, { requestIds, assigneeId });
    for (const bad of [newId(), foreign.id]) {
      await expect(assign([one.id, bad])).rejects.toBeFault('not-found');
    }
    expect((await t.a.call(listPrivacyRequests, { assigneeId: member })).data).toEqual([]);
    expect(await assign([one.id, two.id])).toEqual({ changed: 2 });
    expect(await assign([one.id, two.id])).toEqual({ changed: 0 });
    expect((await t.a.call(listPrivacyRequests, { assigneeId: member })).data).toHaveLength(2);
    expect(await assign([one.id], null)).toEqual({ changed: 1 });
    expect((await t.a.call(getPrivacyRequest, { requestId: one.id })).assigneeId).toBeNull();
    expect(await f.kinds(t.a, one)).toEqual(['received', 'assigned', 'assigned']);
  });

  it('is given to no stranger', async () => {
    const request = await f.open(t.a);
    for (const assigneeId of [newId(), join(t.b.id)]) {
      const attempt = t.a.call(assignPrivacyRequests, { requestIds: [request.id], assigneeId });
      await expect(attempt).rejects.toBeFault('invalid-input', { field: 'assigneeId' });
    }
  });

  it('keeps comments in the order in which they were made, also after the end', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, commentPrivacyRequest, { text: 'Called her.' });
    await f.on(t.a, request, withdrawPrivacyRequest, { text: 'By phone' });
    await f.on(t.a, request, commentPrivacyRequest, { text: 'Filed.' });
    const page = await t.a.call(listPrivacyRequestEntries, { requestId: request.id, limit: 3 });
    const rest = await t.a.call(listPrivacyRequestEntries, { requestId: request.id, cursor: page.nextCursor });
    expect([...page.data, ...rest.data].map(({ text }) => text)).toEqual([null, 'Called her.', 'By phone', 'Filed.']);
    await expect(f.on(t.b, request, commentPrivacyRequest, { text: 'x' })).rejects.toBeFault('not-found');
    const [other, cursor] = [await f.open(t.a), page.nextCursor];
    await expect(f.on(t.a, other, listPrivacyRequestEntries, { cursor })).rejects.toBeFault('invalid-cursor');
    await expect(f.on(t.b, await f.open(t.b), listPrivacyRequestEntries, { cursor })).rejects.toBeFault(
      'invalid-cursor',
    );
  });

  it('is changed by nobody who may only read', async () => {
    const request = await f.open(t.a);
    const reader = { permissions: ['compliance.read'] };
    await expect(f.on(t.a, request, commentPrivacyRequest, { text: 'x' }, reader)).rejects.toBeFault('forbidden');
    await expect(t.a.call(listPrivacyRequests, {}, { permissions: ['rows.read'] })).rejects.toBeFault('forbidden');
  });

  it('cannot rewrite a timeline, not even by its own login', async () => {
    const request = await f.open(t.a);
    const rights = await t.database.admin<{ may: boolean }>(
      `select has_table_privilege('compliance_service', 'compliance.privacy_request_entry', r) as may
       from unnest(array['update', 'delete', 'truncate']) as r`,
    );
    expect(rights.map(({ may }) => may)).toEqual([false, false, false]);
    expect(await f.kinds(t.a, request)).toEqual(['received']);
  });
});
