import {
  confirmPrivacyForm,
  fulfilPrivacyRequest,
  getPrivacyRequest,
  listPrivacyRequestEntries,
  recordIdentityCheck,
  sendVerificationCode,
  withdrawPrivacyRequest,
} from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

describe('Verification', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const ADA = 'ada@example.com';
  const levelOf = async (id: string) => (await t.a.call(getPrivacyRequest, { requestId: id })).verified;
  const confirm = (tenant: TestTenant, reference: string, code: string) =>
    f.anonymous(confirmPrivacyForm, { tenant: f.slugOf(tenant), reference, code });
  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  beforeEach(() => {
    mail.mails.length = 0;
    mail.isDown = false;
  });

  it('proves by a code that the person reads mail at the address, once', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationCode);
    const code = f.codeFor(ADA);
    expect(await confirm(t.a, request.id, code)).toEqual({ reference: request.id });
    expect(await levelOf(request.id)).toBe('basic');
    await expect(confirm(t.a, request.id, code)).rejects.toBeFault('not-found', { field: 'code' });
    const [event] = (await t.outbox()).filter(({ type }) => type === 'PrivacyIdentityChecked');
    expect(event).toMatchObject({ tenantId: t.a.id, requestId: request.id, method: 'code', verified: 'basic' });
  });

  it('refuses a wrong, an old, a foreign and an unknown code alike', async () => {
    const [request, other] = [await f.open(t.a), await f.open(t.a)];
    await f.on(t.a, request, sendVerificationCode);
    const old = f.codeFor(ADA);
    await f.on(t.a, request, sendVerificationCode);
    const code = f.codeFor(ADA);
    const refusals = await Promise.all(
      [
        () => confirm(t.a, request.id, wrong(code)),
        () => confirm(t.a, request.id, old === code ? wrong(code) : old),
        () => confirm(t.a, other.id, code),
        () => confirm(t.a, newId(), code),
        () => confirm(t.b, request.id, code),
        () => f.anonymous(confirmPrivacyForm, { tenant: 'nobody-here', reference: request.id, code }),
      ].map((attempt) => attempt().catch((error: unknown) => error)),
    );
    const told = refusals.map((one) => one instanceof Fault && [one.reason, one.detail, one.errors]);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(told[0]).toMatchObject(['not-found', expect.anything(), [{ field: 'code' }]]);
    expect(await levelOf(request.id)).toBe('none');
  });

  it('is dead after five wrong attempts, also when they are made at once', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationCode);
    const code = f.codeFor(ADA);
    await Promise.allSettled(Array.from({ length: 5 }, () => confirm(t.a, request.id, wrong(code))));
    await expect(confirm(t.a, request.id, code)).rejects.toBeFault('not-found');
    await f.on(t.a, request, sendVerificationCode);
    await expect(confirm(t.a, request.id, f.codeFor(ADA))).resolves.toEqual({ reference: request.id });
  });

  it('is dead when its time is over, as the mail said, or its request is closed', async () => {
    const [late, closed] = [await f.open(t.a), await f.open(t.a, { subjectEmail: 'grace@example.com' })];
    await f.on(t.a, closed, sendVerificationCode);
    await f.on(t.a, closed, withdrawPrivacyRequest, { text: 'By phone' });
    await expect(confirm(t.a, closed.id, f.codeFor('grace@example.com'))).rejects.toBeFault('not-found');
    await f.on(t.a, late, sendVerificationCode);
    expect(mail.mails.at(-1)?.text).toContain('30 minutes');
    f.clock.advanceMinutes(31);
    await expect(confirm(t.a, late.id, f.codeFor(ADA))).rejects.toBeFault('not-found');
  });

  it('mails ten codes for a request and not one more', async () => {
    const request = await f.open(t.a);
    for (let nth = 1; nth <= 10; nth++) await f.on(t.a, request, sendVerificationCode);
    await expect(f.on(t.a, request, sendVerificationCode)).rejects.toBeFault('conflict');
    expect(mail.mails).toHaveLength(10);
  });

  it('keeps no code in clear, in no table and no event', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationCode);
    const kept = await t.database.admin('select code from compliance.verification_code where tenant_id = $1', [t.a.id]);
    expect(kept).toEqual([{ code: expect.stringMatching(/^tny1\./) }]);
    expect(JSON.stringify([await f.on(t.a, request, listPrivacyRequestEntries)])).not.toContain(f.codeFor(ADA));
  });

  it('by staff goes as far as the way of checking, with evidence that only the tenant reads', async () => {
    const request = await f.open(t.a, { type: 'hipaa_access' });
    const check = (method: string, passed = true) =>
      f.on(t.a, request, recordIdentityCheck, { method, passed, evidence: 'Compared the birthday with the file' });
    const done = { outcome: 'fulfilled', evidence: 'Sent', explanation: 'Here it is.' };
    expect((await check('callback')).verified).toBe('basic');
    await expect(f.on(t.a, request, fulfilPrivacyRequest, done)).rejects.toBeFault('conflict');
    expect((await check('in_person')).verified).toBe('high');
    expect((await check('knowledge')).verified).toBe('high');
    expect((await check('video_call', false)).verified).toBe('none');
    await expect(f.on(t.a, request, fulfilPrivacyRequest, done)).rejects.toBeFault('conflict');
    expect(JSON.stringify(await t.outbox())).not.toContain('birthday');
  });

  it('asks for nothing where the law forbids to ask', async () => {
    const request = await f.open(t.a, { type: 'ccpa_limit', sensitive: true });
    await expect(f.on(t.a, request, sendVerificationCode)).rejects.toBeFault('conflict');
    const check = { method: 'in_person', passed: true, evidence: 'x' };
    await expect(f.on(t.a, request, recordIdentityCheck, check)).rejects.toBeFault('conflict');
    expect(mail.mails).toEqual([]);
  });

  it('of another tenant’s request is nobody’s business', async () => {
    const request = await f.open(t.a);
    await expect(f.on(t.b, request, sendVerificationCode)).rejects.toBeFault('not-found');
    const check = { method: 'in_person', passed: true, evidence: 'x' };
    await expect(f.on(t.b, request, recordIdentityCheck, check)).rejects.toBeFault('not-found');
    expect(await levelOf(request.id)).toBe('none');
  });
});
