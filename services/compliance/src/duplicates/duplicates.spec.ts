import {
  confirmPrivacyForm,
  decidePrivacyDuplicate,
  denyPrivacyRequest,
  fulfilPrivacyRequest,
  getPrivacyRequest,
  recordIdentityCheck,
  sendVerificationCode,
  withdrawPrivacyRequest,
  type OpenPrivacyRequestRequest,
  type PrivacyRequest,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

const DONE = { outcome: 'fulfilled', evidence: 'Sent', explanation: 'Here it is.' };

describe('Requests that one person made twice', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const check = (tenant: TestTenant, request: PrivacyRequest, passed = true, method = 'callback') =>
    f.on(tenant, request, recordIdentityCheck, { method, passed, evidence: 'Called back' });
  const verified = async (more: Partial<OpenPrivacyRequestRequest> = {}, tenant = t.a): Promise<PrivacyRequest> =>
    check(tenant, await f.open(tenant, more));
  const get = ({ id: requestId }: PrivacyRequest, tenant = t.a) => tenant.call(getPrivacyRequest, { requestId });
  const decide = (request: PrivacyRequest, decision: string, tenant = t.a) =>
    f.on(tenant, request, decidePrivacyDuplicate, { decision });
  const merged = async (): Promise<[PrivacyRequest, PrivacyRequest]> => {
    const [earlier, later] = [await verified(), await verified()];
    return [earlier, await decide(later, 'merge')];
  };

  beforeEach(() => {
    mail.mails.length = 0;
    mail.isDown = false;
  });

  it('are linked when both are verified and not before, whichever is verified last', async () => {
    const [first, second] = [await f.open(t.a), await f.open(t.a)];
    expect(await check(t.a, second)).toMatchObject({ duplicateOf: null, duplicateDecision: null });
    expect((await t.outbox()).map(({ type }) => type)).not.toContain('PrivacyDuplicateFound');
    await check(t.a, first);
    expect(await get(second)).toMatchObject({ duplicateOf: first.id, duplicateDecision: null });
    const third = await verified();
    expect(third).toMatchObject({ duplicateOf: first.id });
    expect((await get(first)).duplicateOf).toBeNull();
    expect(await f.kinds(t.a, second)).toEqual(['received', 'identity_checked', 'duplicate_found']);
    const found = (await t.outbox()).filter(({ type }) => type === 'PrivacyDuplicateFound');
    expect(found).toMatchObject([
      { tenantId: t.a.id, requestId: second.id, duplicateOf: first.id },
      { tenantId: t.a.id, requestId: third.id, duplicateOf: first.id },
    ]);
  });

  it('are all linked to the first, also when that is verified last', async () => {
    const requests = [await f.open(t.a), await f.open(t.a), await f.open(t.a)];
    const [first, second, third] = requests as [PrivacyRequest, PrivacyRequest, PrivacyRequest];
    await check(t.a, second);
    expect(await check(t.a, third)).toMatchObject({ duplicateOf: second.id });
    await check(t.a, first);
    for (const one of [second, third]) expect(await get(one)).toMatchObject({ duplicateOf: first.id });
  });

  it('stay with the request that somebody has merged them with', async () => {
    const [first, second, third] = [await f.open(t.a), await f.open(t.a), await f.open(t.a)];
    await check(t.a, second);
    await check(t.a, third);
    await decide(third, 'merge');
    await check(t.a, first);
    expect(await get(second)).toMatchObject({ duplicateOf: first.id });
    expect(await get(third)).toMatchObject({ duplicateOf: second.id, duplicateDecision: 'merged' });
  });

  it('are linked when both are verified at the same moment', async () => {
    const requests = await Promise.all([1, 2, 3].map(() => f.open(t.a)));
    await Promise.all(requests.map((one) => check(t.a, one)));
    const after = await Promise.all(requests.map((one) => get(one)));
    const [first, ...others] = after.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(first?.duplicateOf).toBeNull();
    for (const one of others) expect(one.duplicateOf).toBe(first?.id);
  });

  it('are not those of somebody else, of another right, level, controller, tenant or time', async () => {
    await verified();
    await verified({}, t.b);
    const controller = { name: 'Clinic', email: 'c@clinic.example' };
    const others = [
      { subjectEmail: 'grace@example.com' },
      { type: 'gdpr_erasure' },
      { sensitive: true },
      { controller },
    ];
    for (const more of others) expect((await get(await verified(more))).duplicateOf).toBeNull();
    const long = new Date(Date.now() - 91 * 86_400_000);
    expect((await get(await verified({ receivedAt: long }))).duplicateOf).toBeNull();
    f.clock.advanceDays(91);
    expect((await get(await verified())).duplicateOf).toBeNull();
    expect((await t.outbox()).map(({ type }) => type)).not.toContain('PrivacyDuplicateFound');
  });

  it('are found whatever the letters of the address, by a code too', async () => {
    const earlier = await verified();
    const later = await f.open(t.a, { subjectEmail: 'ADA@Example.com' });
    await f.on(t.a, later, sendVerificationCode);
    const code = f.codeFor('ada@example.com');
    await f.anonymous(confirmPrivacyForm, { tenant: f.slugOf(t.a), reference: later.id, code });
    expect(await get(later)).toMatchObject({ duplicateOf: earlier.id });
  });

  it('stand alone again when the proof of one is taken back', async () => {
    const [earlier, later] = await merged();
    await check(t.a, earlier, false);
    expect(await get(later)).toMatchObject({ duplicateOf: null, duplicateDecision: null });
    expect((await f.kinds(t.a, later)).at(-1)).toBe('duplicate_dismissed');
    await check(t.a, earlier);
    expect(await get(later)).toMatchObject({ duplicateOf: earlier.id, duplicateDecision: null });
  });

  it('keep their own clocks, merged or not', async () => {
    const earlier = await verified({ receivedAt: new Date(f.clock.now().getTime() - 20 * 86_400_000) });
    const later = await verified();
    const { dueOn } = await decide(later, 'merge');
    expect([dueOn, (await get(earlier)).dueOn]).toEqual([later.dueOn, earlier.dueOn]);
    expect(later.dueOn > earlier.dueOn).toBe(true);
  });

  it('are answered together once they are merged, each by a mail of its own', async () => {
    const [earlier, later] = await merged();
    const kept = await verified();
    await decide(kept, 'keep');
    mail.mails.length = 0;
    await f.on(t.a, earlier, fulfilPrivacyRequest, DONE);
    expect(await get(later)).toMatchObject({ legalStatus: 'fulfilled', duplicateDecision: 'merged' });
    expect(await get(kept)).toMatchObject({ legalStatus: 'received', duplicateDecision: 'kept' });
    expect(mail.mails.map(({ text }) => [earlier, later].find(({ id }) => text.includes(id))?.id)).toEqual([
      earlier.id,
      later.id,
    ]);
    const events = (await t.outbox()).filter(({ type }) => type === 'PrivacyRequestFulfilled');
    expect(events.map(({ requestId }) => requestId)).toEqual([earlier.id, later.id]);
  });

  it('are denied together, or not at all when the mail server takes only one answer', async () => {
    const [earlier, later] = await merged();
    const send = jest.spyOn(mail, 'send').mockResolvedValueOnce().mockRejectedValueOnce(new Error('ECONNRESET'));
    const no = { reason: 'no_match', explanation: 'Nothing is here.' };
    await expect(f.on(t.a, earlier, denyPrivacyRequest, no)).rejects.toBeFault('unavailable');
    send.mockRestore();
    expect([await get(earlier), await get(later)]).toMatchObject([{ closedAt: null }, { closedAt: null }]);
    await f.on(t.a, earlier, denyPrivacyRequest, no);
    expect(await get(later)).toMatchObject({ legalStatus: 'denied', denialReason: 'no_match' });
  });

  it('are not merged with one that is closed, which they outlive', async () => {
    const [earlier, later] = await merged();
    await f.on(t.a, earlier, withdrawPrivacyRequest, { text: 'By phone' });
    expect(await get(later)).toMatchObject({ closedAt: null });
    await expect(decide(later, 'merge')).rejects.toBeFault('conflict');
    await expect(decide(later, 'keep')).resolves.toMatchObject({ duplicateDecision: 'kept' });
    await f.on(t.a, later, fulfilPrivacyRequest, DONE);
    await expect(decide(later, 'keep')).rejects.toBeFault('conflict');
  });

  it('are nobody’s business but the tenant’s, and there is nothing to decide about one that stands alone', async () => {
    const [, later] = await merged();
    await expect(decide(later, 'keep', t.b)).rejects.toBeFault('not-found');
    await expect(decide(await f.open(t.a), 'merge')).rejects.toBeFault('conflict');
    expect(await get(later)).toMatchObject({ duplicateDecision: 'merged' });
  });
});
