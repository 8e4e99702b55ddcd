import {
  appealPrivacyRequest,
  decidePrivacyAppeal,
  denyPrivacyRequest,
  fulfilPrivacyRequest,
  getPrivacyRequest,
  handOverPrivacyRequest,
  withdrawPrivacyRequest,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { ComplianceFixture } from '../compliance.fixture.js';

describe('Decisions', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const denial = { reason: 'no_match', explanation: 'We hold nothing about you.' };
  const done = { outcome: 'fulfilled', evidence: 'Changed in the CRM, ticket 12', explanation: 'It is corrected.' };
  const person = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });
  const verify = (id: string) =>
    t.database.admin('update compliance.privacy_request set verified_level = 2 where id = $1', [id]);

  beforeEach(() => {
    mail.mails.length = 0;
    mail.isDown = false;
  });

  it('fulfils nothing for somebody whose identity is not verified as far as the right needs', async () => {
    const request = await f.open(t.a, { type: 'gdpr_rectification' });
    await expect(f.on(t.a, request, fulfilPrivacyRequest, done)).rejects.toBeFault('conflict');
    expect(mail.mails).toEqual([]);
    await verify(request.id);
    const fulfilled = await f.on(t.a, request, fulfilPrivacyRequest, done);
    expect(fulfilled).toMatchObject({ legalStatus: 'fulfilled', closedAt: expect.any(Date) });
    expect(mail.mails[0]?.text).toContain('It is corrected.');
    expect(mail.mails[0]?.text).not.toContain('ticket 12');
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'PrivacyRequestFulfilled', inTime: true });
  });

  it('asks for no proof of identity where the law forbids it', async () => {
    const request = await f.open(t.a, { type: 'ccpa_opt_out' });
    expect(request.verificationNeeded).toBe('none');
    await expect(f.on(t.a, request, fulfilPrivacyRequest, done)).resolves.toMatchObject({ legalStatus: 'fulfilled' });
  });

  it.each([
    ['running', 'partially_fulfilled', 'conflict'],
    ['blocked', 'fulfilled', 'conflict'],
    ['failed', 'fulfilled', 'conflict'],
    ['blocked', 'partially_fulfilled', null],
    ['done', 'fulfilled', null],
  ] as const)('with an automation that is %s, calls the request %s: %s', async (execution, outcome, fault) => {
    const request = await f.open(t.a, { type: 'gdpr_erasure' });
    await verify(request.id);
    await t.database.admin('update compliance.privacy_request set execution_status = $2 where id = $1', [
      request.id,
      execution,
    ]);
    const attempt = f.on(t.a, request, fulfilPrivacyRequest, { ...done, outcome });
    if (fault) await expect(attempt).rejects.toBeFault(fault);
    else await expect(attempt).resolves.toMatchObject({ legalStatus: outcome });
  });

  it('denies with a coded reason, and tells the person of appeal and complaint', async () => {
    const request = await f.open(t.a);
    const denied = await f.on(t.a, request, denyPrivacyRequest, denial);
    expect(denied).toMatchObject({ legalStatus: 'denied', denialReason: 'no_match' });
    expect(mail.mails[0]?.text).toMatch(/We hold nothing about you\..*disagree.*complaint.*court/s);
    await expect(f.on(t.a, request, denyPrivacyRequest, denial)).rejects.toBeFault('conflict');
    await expect(f.on(t.a, request, withdrawPrivacyRequest, { text: 'x' })).rejects.toBeFault('conflict');
  });

  it('lets nobody deny without the permission to approve', async () => {
    const request = await f.open(t.a);
    const facts = { permissions: ['compliance.read', 'compliance.write'] };
    await expect(f.on(t.a, request, denyPrivacyRequest, denial, facts)).rejects.toBeFault('forbidden');
  });

  it('lets the appeal be decided by somebody else, against a clock of its own', async () => {
    const [request, first, second] = [await f.open(t.a), person(), person()];
    await f.on(t.a, request, denyPrivacyRequest, denial, first);
    const appealed = await f.on(t.a, request, appealPrivacyRequest, { text: 'But I am a customer!' });
    expect(appealed).toMatchObject({ legalStatus: 'appealed', closedAt: null, denialReason: 'no_match' });
    const decision = { outcome: 'upheld', explanation: 'Still nothing.' };
    await expect(f.on(t.a, request, decidePrivacyAppeal, decision, first)).rejects.toBeFault('forbidden');
    await expect(f.on(t.a, request, denyPrivacyRequest, denial, second)).rejects.toBeFault('conflict');
    const upheld = await f.on(t.a, request, decidePrivacyAppeal, decision, second);
    expect(upheld).toMatchObject({ legalStatus: 'denied', closedAt: expect.any(Date) });
    await expect(f.on(t.a, request, appealPrivacyRequest, { text: 'Again' })).rejects.toBeFault('conflict');
  });

  it('opens a request again whose appeal was right', async () => {
    const request = await f.open(t.a, { type: 'gdpr_objection' });
    await verify(request.id);
    await f.on(t.a, request, fulfilPrivacyRequest, { ...done, outcome: 'partially_fulfilled' }, person());
    await f.on(t.a, request, appealPrivacyRequest, { text: 'You forgot the newsletter' });
    const decision = { outcome: 'overturned', explanation: 'True.' };
    const open = await f.on(t.a, request, decidePrivacyAppeal, decision, person());
    expect(open).toMatchObject({ legalStatus: 'in_progress', closedAt: null });
    await expect(f.on(t.a, request, fulfilPrivacyRequest, done)).resolves.toMatchObject({ legalStatus: 'fulfilled' });
    await expect(f.on(t.a, request, appealPrivacyRequest, { text: 'x' })).rejects.toBeFault('conflict');
  });

  it('hands a request to its controller, with what the person wrote, and answers nothing itself', async () => {
    const controller = { name: 'Clinic', email: 'privacy@clinic.example' };
    const request = await f.open(t.a, { controller, details: 'Where is my X-ray?' });
    await verify(request.id);
    await expect(f.on(t.a, request, denyPrivacyRequest, denial)).rejects.toBeFault('conflict');
    await expect(f.on(t.a, request, fulfilPrivacyRequest, done)).rejects.toBeFault('conflict');
    const handed = await f.on(t.a, request, handOverPrivacyRequest);
    expect(handed.legalStatus).toBe('handed_over');
    expect(mail.mails).toMatchObject([
      { to: controller.email, text: expect.stringMatching(/ada@example.com.*X-ray/s) },
    ]);
    const own = await f.open(t.a);
    await expect(f.on(t.a, own, handOverPrivacyRequest)).rejects.toBeFault('conflict');
  });

  it('knows only requests of its own tenant', async () => {
    const request = await f.open(t.a);
    await expect(f.on(t.b, request, denyPrivacyRequest, denial)).rejects.toBeFault('not-found');
    await expect(f.on(t.b, request, withdrawPrivacyRequest, { text: 'x' })).rejects.toBeFault('not-found');
    expect(await t.a.call(getPrivacyRequest, { requestId: request.id })).toEqual(request);
    expect(mail.mails).toEqual([]);
  });

  it('decides once when two decide at the same moment', async () => {
    const request = await f.open(t.a, { type: 'ccpa_opt_out' });
    const attempts = await Promise.allSettled([
      f.on(t.a, request, fulfilPrivacyRequest, done),
      f.on(t.a, request, denyPrivacyRequest, denial),
      f.on(t.a, request, withdrawPrivacyRequest, { text: 'By phone' }),
    ]);
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await f.kinds(t.a, request)).toHaveLength(2);
  });
});
