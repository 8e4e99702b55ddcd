import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  collectRequesterSubject,
  eraseRequesterSubject,
  getAccessReview,
  listAccessReviewItems,
  openAccessReview,
  planRequesterSubject,
  sendVerificationCode,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { Mailer, MailSettings } from '@tenantry/service';
import { testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

const email = 'ada@example.com';

describe('What compliance itself has of a person', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const counts = async (tenant: TestTenant, address = email) =>
    (await tenant.call(planRequesterSubject, { email: address })).places.map(({ rows, action }) => `${action} ${rows}`);
  const collect = async (tenant: TestTenant): Promise<string> => {
    const input = JSON.stringify({ email, place: 'compliance.privacy_request' });
    const { body } = await t.bus.send(collectRequesterSubject, input, testContext(tenant.id));
    return Buffer.concat(await Array.fromAsync(body!)).toString();
  };

  it('is what they asked for before, in their own words and in their own tenant', async () => {
    await f.open(t.a, { details: 'My files, please' });
    await f.open(t.a, { subjectEmail: 'other@example.com' });
    expect(await counts(t.a)).toMatchObject(['keep 1', 'keep 0', 'mask 0', expect.stringMatching(/^delete/)]);
    expect(await counts(t.b)).toMatchObject(['keep 0', 'keep 0', 'mask 0', expect.stringMatching(/^delete/)]);
    expect(JSON.parse(await collect(t.a))).toMatchObject({ row: { details: 'My files, please', subjectEmail: email } });
    expect(await collect(t.b)).toBe('');
  });

  it('is who they were in access reviews, which is emptied, while what was frozen can still be checked', async () => {
    const userId = newId();
    const access = { kind: 'member', id: userId, holderId: userId, email, name: 'Ada', role: 'staff', permissions: [] };
    const reviews: string[] = [];
    for (const tenant of [t.a, t.b]) {
      f.peers.accesses.set(tenant.id, [{ ...access, grantedAt: new Date() }]);
      reviews.push((await tenant.call(openAccessReview, {})).id);
      await t.bus.runSchedule('compliance.access-reviews');
    }
    expect((await counts(t.a))[2]).toBe('mask 1');
    const frozen = await t.a.call(getAccessReview, { reviewId: reviews[0]! });
    await t.a.call(eraseRequesterSubject, { userId });
    expect((await counts(t.a))[2]).toBe('mask 0');
    expect((await counts(t.b))[2]).toBe('mask 1');
    const { data } = await t.a.call(listAccessReviewItems, { reviewId: frozen.id });
    expect(data).toMatchObject([{ accessId: userId, email: null, name: null, role: 'staff' }]);
    expect((await t.a.call(getAccessReview, { reviewId: frozen.id })).population).toEqual(frozen.population);
  });

  it('is mails that nobody fetched, which go', async () => {
    const [own, other] = [await f.open(t.a), await f.open(t.b)];
    await f.on(t.a, own, sendVerificationCode);
    await f.on(t.b, other, sendVerificationCode);
    expect(await counts(t.a)).toEqual(['keep 1', 'keep 0', 'mask 0', expect.not.stringMatching(/ 0$/)]);
    const { places } = await t.a.call(eraseRequesterSubject, { email });
    expect(places).toEqual([
      { place: 'compliance.access_item', action: 'mask', rows: 0n },
      { place: 'mail outbox', action: 'delete', rows: expect.any(BigInt) },
    ]);
    expect(await counts(t.a)).toEqual(['keep 1', 'keep 0', 'mask 0', 'delete 0']);
    expect(await counts(t.b)).toEqual(['keep 1', 'keep 0', 'mask 0', expect.not.stringMatching(/ 0$/)]);
  });
});

describe('The outbox of mails', () => {
  it('forgets one tenant’s to one address, and no others', async () => {
    const mailer = new Mailer(
      new MailSettings({ MAIL_OUTBOX_DIR: join(mkdtempSync(join(tmpdir(), 'mails-')), 'out') }),
    );
    expect(await mailer.forget('a', email)).toBe(0);
    const mails = [
      { tenantId: 'a', to: 'Ada@Example.com', subject: 'one', text: 'To: bob@example.com' },
      { tenantId: 'a', to: 'bob@example.com', subject: 'two', text: `about ${email}` },
      { tenantId: 'b', to: email, subject: 'three', text: 'Tenantry-Tenant: a' },
    ];
    for (const mail of mails) await mailer.send(mail);
    expect(await mailer.kept('a', email)).toHaveLength(1);
    expect(await mailer.forget('a', 'ADA@example.com')).toBe(1);
    expect(await mailer.kept('a', email)).toEqual([]);
    expect(await mailer.kept('a', 'bob@example.com')).toHaveLength(1);
    expect(await mailer.kept('b', email)).toHaveLength(1);
  });
});
