import {
  confirmPrivacyForm,
  getPrivacyForm,
  getPrivacyRequest,
  getPrivacySettings,
  listPrivacyRequests,
  replacePrivacySettings,
  submitPrivacyForm,
  type SubmitPrivacyFormRequest,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { PLAIN } from './brand.js';

describe('The form', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const ADA = 'ada@example.com';
  const open = (tenant: TestTenant, calendar: string | null = null) =>
    tenant.call(replacePrivacySettings, { formEnabled: true, calendar });
  const submit = (tenant: TestTenant, more: Partial<SubmitPrivacyFormRequest> = {}) =>
    f.anonymous(submitPrivacyForm, { tenant: f.slugOf(tenant), type: 'gdpr_access', name: 'Ada', email: ADA, ...more });

  beforeEach(() => {
    mail.mails.length = 0;
    mail.isDown = false;
  });

  it('takes a request for its own tenant, which the person confirms by mail', async () => {
    await open(t.a, 'DE-BE');
    const { reference } = await submit(t.a, { details: 'Everything' });
    const request = await t.a.call(getPrivacyRequest, { requestId: reference });
    expect(request).toMatchObject({ channel: 'form', verified: 'none', calendar: 'DE-BE', details: 'Everything' });
    await f.anonymous(confirmPrivacyForm, { tenant: f.slugOf(t.a), reference, code: f.codeFor(ADA) });
    expect((await t.a.call(getPrivacyRequest, { requestId: reference })).verified).toBe('basic');
    await expect(t.b.call(getPrivacyRequest, { requestId: reference })).rejects.toBeFault('not-found');
    expect((await t.outbox()).map(({ tenantId }) => tenantId)).not.toContain(t.b.id);
  });

  it('is found by a host name of the tenant too', async () => {
    t.bus.announce(t.a.id, { hosts: ['Privacy.Example.com'] });
    await open(t.a);
    await expect(submit(t.a, { tenant: 'privacy.example.com' })).resolves.toMatchObject({
      reference: expect.any(String),
    });
    t.bus.announce(t.a.id, { hosts: [] });
    await expect(submit(t.a, { tenant: 'privacy.example.com' })).rejects.toBeFault('not-found');
  });

  it('that a tenant has not looks like that of a tenant that does not exist', async () => {
    await expect(submit(t.a)).rejects.toBeFault('not-found');
    await expect(submit(t.a, { tenant: 'nobody-here' })).rejects.toBeFault('not-found');
    await open(t.b);
    t.bus.announce(t.b.id, { status: 'deactivated' });
    await expect(submit(t.b)).rejects.toBeFault('not-found');
    expect(await t.a.count('compliance.privacy_request')).toBe(0);
    expect(mail.mails).toEqual([]);
  });

  it('stays open while its tenant is suspended', async () => {
    await open(t.a);
    await t.database.setStatus(t.a.id, 'suspended');
    t.bus.announce(t.a.id, { status: 'suspended' });
    await expect(submit(t.a)).resolves.toMatchObject({ reference: expect.any(String) });
  });

  it('answers somebody who is known like somebody who is not', async () => {
    await open(t.a);
    const answers = [await submit(t.a), await submit(t.a), await submit(t.a, { email: 'stranger@example.com' })];
    expect(answers.map((answer) => Object.keys(answer))).toEqual([['reference'], ['reference'], ['reference']]);
  });

  it('answers a program that fills in the hidden field, and keeps nothing of it', async () => {
    await open(t.a);
    expect(await submit(t.a, { website: 'https://spam.example' })).toEqual({ reference: expect.any(String) });
    expect(await t.a.count('compliance.privacy_request')).toBe(0);
    expect(mail.mails).toEqual([]);
  });

  it('fills nobody’s mailbox, and loses no request by that', async () => {
    await open(t.a);
    for (let nth = 0; nth < 5; nth++) await submit(t.a);
    expect(mail.mails).toHaveLength(3);
    expect(await t.a.count('compliance.privacy_request')).toBe(5);
  });

  it('takes a request although the mail server is down, and shows staff that no code was sent', async () => {
    await open(t.a);
    mail.isDown = true;
    const { reference } = await submit(t.a);
    expect(await f.kinds(t.a, { id: reference })).toEqual(['received', 'code_not_sent']);
  });

  it('takes a hundred an hour, whoever they are for', async () => {
    await open(t.a);
    await open(t.b);
    const { reference } = await submit(t.a, { type: 'ccpa_opt_out' });
    await t.database.admin(
      `insert into compliance.privacy_request select (r).* from (
         select jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'subject_email', n || '@example.com')) as r
         from compliance.privacy_request p, generate_series(2, 100) n where p.id = $1) as copies`,
      [reference],
    );
    await expect(submit(t.a, { email: 'new@example.com' })).rejects.toBeFault('rate-limited');
    await expect(submit(t.b)).resolves.toBeDefined();
    f.clock.advanceMinutes(61);
    await expect(submit(t.a)).resolves.toBeDefined();
  });

  it('sends no code where the law forbids to ask who somebody is', async () => {
    await open(t.a);
    await submit(t.a, { type: 'ccpa_opt_out' });
    expect(mail.mails).toEqual([]);
    expect((await t.a.call(listPrivacyRequests, {})).data).toMatchObject([{ type: 'ccpa_opt_out' }]);
  });

  it('shows anybody its own tenant’s name and look, and nothing while it is closed', async () => {
    const look = {
      accentColor: '#1d4ed8',
      introduction: 'We answer within a month.',
      policyUrl: 'https://a.example/p',
    };
    await t.a.call(replacePrivacySettings, { formEnabled: true, ...look });
    await open(t.b);
    const page = (tenant: TestTenant) => f.anonymous(getPrivacyForm, { tenant: f.slugOf(tenant) });
    const nameOf = ({ id }: TestTenant) => t.bus.directories.tenants.get(id)?.name;
    expect(await page(t.a)).toEqual({ tenantName: nameOf(t.a), ...look });
    expect(await page(t.b)).toEqual({ tenantName: nameOf(t.b), ...PLAIN });
    await t.a.call(replacePrivacySettings, { formEnabled: false, ...look });
    await expect(page(t.a)).rejects.toBeFault('not-found');
    await expect(f.anonymous(getPrivacyForm, { tenant: 'nobody-here' })).rejects.toBeFault('not-found');
  });

  it('takes no colour on which its buttons can not be read', async () => {
    const attempt = t.a.call(replacePrivacySettings, { formEnabled: true, accentColor: '#ffff00' });
    await expect(attempt).rejects.toBeFault('invalid-input', { field: 'accentColor' });
  });

  it('is opened and closed by who may approve, for their own tenant', async () => {
    expect(await t.a.call(getPrivacySettings, {})).toEqual({ formEnabled: false, calendar: null, ...PLAIN });
    await open(t.a, 'US-CA');
    expect(await t.a.call(getPrivacySettings, {})).toEqual({ formEnabled: true, calendar: 'US-CA', ...PLAIN });
    expect(await t.b.call(getPrivacySettings, {})).toEqual({ formEnabled: false, calendar: null, ...PLAIN });
    const attempt = t.a.call(replacePrivacySettings, { formEnabled: false }, { permissions: ['compliance.write'] });
    await expect(attempt).rejects.toBeFault('forbidden');
    await expect(t.a.call(replacePrivacySettings, { formEnabled: true, calendar: 'XX' })).rejects.toBeFault(
      'invalid-input',
    );
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: expect.stringMatching(/PrivacySettingsReplaced|Accessed/),
    });
  });
});
