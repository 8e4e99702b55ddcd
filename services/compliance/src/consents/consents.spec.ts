import {
  checkConsents,
  listConsentHistory,
  listConsentPurposes,
  planRequesterSubject,
  recordConsent,
  type RecordConsentRequest,
  setConsentPurpose,
  type SetConsentPurposeRequest,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

const subject = 'customer-5';

describe('Consent', () => {
  const f = new ComplianceFixture();
  const { t, clock } = f;

  const record = (more: Partial<RecordConsentRequest> = {}, tenant: TestTenant = t.a) =>
    tenant.call(recordConsent, {
      ...{ subject, purpose: 'newsletter', action: 'given', version: '1', source: 'form', proof: 'Yes, send me news' },
      ...more,
    });
  const rule = (more: Partial<SetConsentPurposeRequest>, tenant: TestTenant = t.a) =>
    tenant.call(setConsentPurpose, { purpose: 'newsletter', model: 'opt_in', version: '1', ...more });
  const check = async (more: { gpc?: boolean; purposes?: string[] } = {}, tenant: TestTenant = t.a) => {
    const { answers } = await tenant.call(checkConsents, { subject, purposes: ['newsletter'], ...more });
    return answers.map(({ allowed, reason }) => `${allowed ? 'yes' : 'no'}: ${reason}`);
  };

  it('is a no until it is given, in the tenant to which it was given, and again once it is taken back', async () => {
    expect(await check()).toEqual(['no: not_asked']);
    await record();
    expect([await check(), await check({}, t.b)]).toEqual([['yes: given'], ['no: not_asked']]);
    await record({ action: 'withdrawn' });
    expect(await check()).toEqual(['no: withdrawn']);
    await record();
    expect(await check()).toEqual(['yes: given']);
  });

  it('answers for many purposes at once, in the order of the question', async () => {
    await rule({ purpose: 'statistics', model: 'opt_out' });
    await record({ purpose: 'profiling', action: 'withdrawn' });
    await record();
    expect(await check({ purposes: ['profiling', 'newsletter', 'statistics', 'unheard-of'] })).toEqual([
      'no: withdrawn',
      'yes: given',
      'yes: not_refused',
      'no: not_asked',
    ]);
  });

  it('ends with its time, and with words that are not asked any more', async () => {
    await record({ expiresAt: new Date(clock.now().getTime() + 60_000) });
    expect(await check()).toEqual(['yes: given']);
    clock.advanceMinutes(2);
    expect(await check()).toEqual(['no: expired']);
    await record();
    await rule({ version: '2' });
    expect(await check()).toEqual(['yes: given']);
    await rule({ version: '2', askAgain: true });
    expect(await check()).toEqual(['no: older_words']);
    await record({ version: '2' });
    expect(await check()).toEqual(['yes: given']);
  });

  it('is refused by a browser’s signal where that is honoured, whatever was said before, and nowhere else', async () => {
    await rule({ purpose: 'sale', model: 'opt_out', honoursGpc: true });
    await record({ purpose: 'sale' });
    await record();
    const purposes = ['sale', 'newsletter'];
    expect(await check({ purposes })).toEqual(['yes: given', 'yes: given']);
    expect(await check({ purposes, gpc: true })).toEqual(['no: gpc', 'yes: given']);
    await record({ purpose: 'sale', action: 'withdrawn', source: 'gpc' });
    expect(await check({ purposes })).toEqual(['no: withdrawn', 'yes: given']);
    await expect(record({ source: 'gpc' })).rejects.toBeFault('invalid-input', { field: 'action' });
  });

  it('is remembered as it was, with its proof sealed, page by page', async () => {
    const given = await record();
    const withdrawn = await record({ action: 'withdrawn', proof: null });
    await record({ subject: 'customer-6' });
    const page = await t.a.call(listConsentHistory, { subject, limit: 1 });
    const rest = await t.a.call(listConsentHistory, { subject, limit: 1, cursor: page.nextCursor });
    expect([...page.data, ...rest.data]).toEqual([withdrawn, given]);
    expect(rest.nextCursor).toBeNull();
    expect(await t.b.call(listConsentHistory, { subject })).toBeEmptyPage();
    const other = { subject: 'customer-6', cursor: page.nextCursor };
    await expect(t.a.call(listConsentHistory, other)).rejects.toBeFault('invalid-cursor');
    const kept = await t.database.admin('select proof from compliance.consent_record');
    expect(JSON.stringify(kept)).not.toContain('send me news');
    expect(JSON.stringify(await t.outbox())).not.toMatch(/send me news|customer-5/);
  });

  it('can not be rewritten, not even by the owner of the table', async () => {
    await record();
    for (const change of [
      "update compliance.consent_record set action = 'given'",
      'delete from compliance.consent_record',
    ])
      await expect(t.database.admin(change)).rejects.toThrow('only grows');
  });

  it('refuses a time that makes no sense', async () => {
    const past = new Date(clock.now().getTime() - 1_000);
    await expect(record({ expiresAt: past })).rejects.toBeFault('invalid-input', { field: 'expiresAt' });
    const later = new Date(clock.now().getTime() + 1_000);
    await expect(record({ action: 'withdrawn', expiresAt: later })).rejects.toBeFault('invalid-input', {
      field: 'expiresAt',
    });
  });

  it('has purposes of its own in each tenant', async () => {
    await rule({ honoursGpc: true });
    await rule({ purpose: 'ads', model: 'opt_out' });
    expect((await t.a.call(listConsentPurposes, {})).data).toMatchObject([
      { purpose: 'ads', model: 'opt_out', honoursGpc: false },
      { purpose: 'newsletter', model: 'opt_in', honoursGpc: true },
    ]);
    expect((await t.b.call(listConsentPurposes, {})).data).toEqual([]);
  });

  it('is part of what compliance has of a person, and kept to show it', async () => {
    await record();
    const { places } = await t.a.call(planRequesterSubject, { userId: subject });
    expect(places.find(({ place }) => place === 'compliance.consent_record')).toMatchObject({
      rows: 1n,
      action: 'keep',
    });
  });
});
