import {
  confirmPrivacyLink,
  getPrivacyRequest,
  recordIdentityCheck,
  sendVerificationLink,
  withdrawPrivacyRequest,
} from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { LinkSigner } from '@tenantry/service';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { newLink, printToken, readToken } from './verification-link.js';

describe('A verification link', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const ADA = 'ada@example.com';
  const levelOf = async (id: string) => (await t.a.call(getPrivacyRequest, { requestId: id })).verified;
  const follow = (tenant: TestTenant, token: string) =>
    f.anonymous(confirmPrivacyLink, { tenant: f.slugOf(tenant), token });

  beforeEach(() => {
    mail.mails.length = 0;
    mail.isDown = false;
  });

  it('proves that the person reads mail at the address, once', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationLink);
    expect(await levelOf(request.id)).toBe('none');
    expect(await follow(t.a, f.tokenFor(ADA))).toEqual({ reference: request.id });
    expect(await levelOf(request.id)).toBe('basic');
    await expect(follow(t.a, f.tokenFor(ADA))).rejects.toBeFault('not-found', { field: 'token' });
    const [event] = (await t.outbox()).filter(({ type }) => type === 'PrivacyIdentityChecked');
    expect(event).toMatchObject({ tenantId: t.a.id, requestId: request.id, method: 'link', verified: 'basic' });
    expect(await f.kinds(t.a, request)).toEqual(['received', 'link_sent', 'identity_checked']);
  });

  it('is used up by one of two that come at once', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationLink);
    const token = f.tokenFor(ADA);
    const answers = await Promise.allSettled([follow(t.a, token), follow(t.a, token)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('is refused alike when it is made up, changed, old, another tenant’s or of a tenant that is not there', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationLink);
    const old = f.tokenFor(ADA);
    await f.on(t.a, request, sendVerificationLink);
    const token = f.tokenFor(ADA);
    const facts = { requestId: request.id, ...newLink(undefined, new Date()) };
    const forged = printToken(new LinkSigner('compliance', [new Uint8Array(32).fill(9)]), t.a.id, facts);
    const changed = `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`;
    const attempts = [
      ...[forged, changed, old].map((one) => () => follow(t.a, one)),
      () => follow(t.b, token),
      () => f.anonymous(confirmPrivacyLink, { tenant: 'nobody-here', token }),
    ];
    const refusals = await Promise.all(attempts.map((attempt) => attempt().catch((error: unknown) => error)));
    const told = refusals.map((one) => one instanceof Fault && [one.reason, one.detail, one.errors]);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(told[0]).toMatchObject(['not-found', expect.anything(), [{ field: 'token' }]]);
    expect(await levelOf(request.id)).toBe('none');
    await expect(follow(t.a, token)).resolves.toEqual({ reference: request.id });
  });

  it('can not be made from what the database holds', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationLink);
    const [kept] = await t.database.admin<{ nonce: Buffer; expires_at: Date }>(
      'select nonce, expires_at from compliance.verification_link where tenant_id = $1',
      [t.a.id],
    );
    const facts = { requestId: request.id, nonce: kept!.nonce, expiresAt: kept!.expires_at };
    const signer = new LinkSigner('compliance', [new Uint8Array(32)]);
    await expect(follow(t.a, printToken(signer, t.a.id, facts))).rejects.toBeFault('not-found');
    expect(JSON.stringify(await t.outbox())).not.toContain(f.tokenFor(ADA));
  });

  it('is dead when its time is over, as the mail said, or its request is closed', async () => {
    const [late, closed] = [await f.open(t.a), await f.open(t.a, { subjectEmail: 'grace@example.com' })];
    await f.on(t.a, closed, sendVerificationLink);
    await f.on(t.a, closed, withdrawPrivacyRequest, { text: 'By phone' });
    await expect(follow(t.a, f.tokenFor('grace@example.com'))).rejects.toBeFault('not-found');
    await f.on(t.a, late, sendVerificationLink);
    expect(mail.mails.at(-1)?.text).toContain('72 hours');
    f.clock.advanceMinutes(72 * 60 + 1);
    await expect(follow(t.a, f.tokenFor(ADA))).rejects.toBeFault('not-found');
  });

  it('ends when staff doubt who the person is', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, sendVerificationLink);
    await f.on(t.a, request, recordIdentityCheck, { method: 'callback', passed: false, evidence: 'Unknown there' });
    await expect(follow(t.a, f.tokenFor(ADA))).rejects.toBeFault('not-found');
    expect(await levelOf(request.id)).toBe('none');
  });

  it('is mailed ten times for a request and not once more, and not at all where the law forbids to ask', async () => {
    const request = await f.open(t.a);
    for (let nth = 1; nth <= 10; nth++) await f.on(t.a, request, sendVerificationLink);
    await expect(f.on(t.a, request, sendVerificationLink)).rejects.toBeFault('conflict');
    expect(mail.mails).toHaveLength(10);
    const optOut = await f.open(t.a, { type: 'ccpa_opt_out' });
    await expect(f.on(t.a, optOut, sendVerificationLink)).rejects.toBeFault('conflict');
  });

  it('is not recorded when the mail server does not take it, and is nobody else’s to send', async () => {
    const request = await f.open(t.a);
    mail.isDown = true;
    await expect(f.on(t.a, request, sendVerificationLink)).rejects.toBeFault('unavailable');
    expect(await f.kinds(t.a, request)).toEqual(['received']);
    await expect(f.on(t.b, request, sendVerificationLink)).rejects.toBeFault('not-found');
  });

  it('still works while the master key is being changed', () => {
    const [before, after] = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)];
    const facts = { requestId: t.a.id, ...newLink(undefined, new Date()) };
    const token = printToken(new LinkSigner('compliance', [before]), t.a.id, facts);
    expect(readToken(new LinkSigner('compliance', [after, before]), t.a.id, token)).toMatchObject({
      requestId: t.a.id,
      expiresAt: facts.expiresAt,
    });
    expect(readToken(new LinkSigner('compliance', [after]), t.a.id, token)).toBeUndefined();
    expect(readToken(new LinkSigner('audit', [before]), t.a.id, token)).toBeUndefined();
  });
});
