import {
  acknowledgePrivacyRequest,
  denyPrivacyRequest,
  listNoticeTemplates,
  replaceNoticeTemplate,
  resetNoticeTemplate,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { assertWording, NOTICES, type NoticeKind } from './notice.js';

describe('Notices', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const word = (tenant: TestTenant, kind: string, text: string, subject = 'From us') =>
    tenant.call(replaceNoticeTemplate, { kind, subject, text });
  const textOf = async (tenant: TestTenant, kind: string) =>
    (await tenant.call(listNoticeTemplates, {})).data.find((one) => one.kind === kind);

  beforeEach(() => (mail.mails.length = 0));

  it('are worded by each tenant for itself', async () => {
    await word(t.a, 'acknowledged', 'Dear {name}, we got it: {reference}. By {dueOn}.');
    const [own, foreign] = [await f.open(t.a), await f.open(t.b)];
    await f.on(t.a, own, acknowledgePrivacyRequest);
    await f.on(t.b, foreign, acknowledgePrivacyRequest);
    expect(mail.mails.map(({ subject }) => subject)).toEqual(['From us', NOTICES.acknowledged.subject]);
    expect(mail.mails[0]?.text).toBe(`Dear Ada Lovelace, we got it: ${own.id}. By ${own.dueOn}.`);
    expect(await textOf(t.b, 'acknowledged')).toMatchObject({ custom: false });
  });

  it('are shown with what they are not', async () => {
    const { data } = await t.a.call(listNoticeTemplates, {});
    expect(data).toHaveLength(Object.keys(NOTICES).length);
    for (const notice of data) expect(notice.disclaimer).toMatch(/no legal advice/);
  });

  it('come with the service as they must be', () => {
    for (const [kind, template] of Object.entries(NOTICES)) {
      expect(() => assertWording(kind as NoticeKind, template)).not.toThrow();
    }
  });

  it.each([
    ['denied', 'No.', 'text'],
    ['extended', 'Later, because {text}', 'text'],
    ['code', 'Hello {name}', 'text'],
    ['denied', 'No: {text}. {password}', 'text'],
  ])('of kind %s are not worded %j', async (kind, text, field) => {
    await expect(word(t.a, kind, text)).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('compliance.notice_template')).toBe(0);
  });

  it('have nobody’s name in their subject', async () => {
    await expect(word(t.a, 'denied', '{text}', 'For {name}')).rejects.toBeFault('invalid-input', { field: 'subject' });
  });

  it('are worded by the service again when the tenant takes its own back', async () => {
    await word(t.a, 'denied', 'No: {text}');
    expect(await textOf(t.a, 'denied')).toMatchObject({ custom: true, text: 'No: {text}' });
    const reset = await t.a.call(resetNoticeTemplate, { kind: 'denied' });
    expect(await t.a.call(resetNoticeTemplate, { kind: 'denied' })).toEqual(reset);
    await f.on(t.a, await f.open(t.a), denyPrivacyRequest, { reason: 'other', explanation: 'So' });
    expect(mail.mails[0]?.text).toContain('lodge a complaint');
    expect((await t.outbox()).filter(({ type }) => type === 'NoticeTemplateChanged')).toMatchObject([
      { kind: 'denied', custom: true },
      { kind: 'denied', custom: false },
    ]);
  });

  it('are worded by nobody who may not approve', async () => {
    const facts = { permissions: ['compliance.write', 'compliance.read'] };
    const wish = { kind: 'denied', subject: 'x', text: '{text}' };
    await expect(t.a.call(replaceNoticeTemplate, wish, facts)).rejects.toBeFault('forbidden');
    await expect(t.a.call(resetNoticeTemplate, { kind: 'denied' }, facts)).rejects.toBeFault('forbidden');
  });
});
