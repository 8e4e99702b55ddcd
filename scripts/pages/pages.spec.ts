import { readFile } from 'node:fs/promises';
import { eventually } from '@tenantry/testing';
import type { Page } from 'playwright-core';
import type { Client } from '../fuzz/client.js';
import { unzip } from '../privacy/unzip.js';
import { furnish } from './furnish.js';
import { fillForm, Stage, tabTo } from './stage.js';

type Plan = { id: string; status: string; digest: string; places: { kind: string; position: number }[] };

const PATIENCE_MS = 60_000;
const LOOK = { accentColor: '#0f5132', introduction: 'We answer soon.', policyUrl: 'https://example.com/privacy' };

describe('The pages, in a real browser before a real system', () => {
  let stage: Stage;
  let planner: Client;

  beforeAll(async () => {
    stage = await Stage.open();
    planner = await stage.world.secondPerson();
    for (const { owner } of [stage.world.a, stage.world.b]) {
      await owner.must('PUT', '/v1/privacy/settings', { formEnabled: true, ...LOOK });
    }
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  afterEach(() => expect(stage.browser.complaints.splice(0)).toEqual([]));

  const owner = (): Client => stage.world.a.owner;
  const heading = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole('heading', { name, level: 1 }).waitFor();
  const subjectOf = (customer: number): object[] => [{ table: 'customers', value: String(customer) }];
  const planErasure = (customer: number, requestId?: string): Promise<Plan> =>
    planner.must('POST', '/v1/privacy/erasures', { subject: subjectOf(customer), requestId });

  it('show staff the queue of their own tenant, and nothing of another', async () => {
    const { a, b } = stage.world;
    await stage.request(a, 'Ada');
    const foreign = await stage.request(b, 'Zoe');
    const page = await stage.desk(a.owner, '/requests');
    await page.getByRole('link', { name: 'GDPR erasure: Ada' }).waitFor();
    expect(await page.getByRole('main').innerText()).not.toContain('Zoe');
    const lost = await stage.desk(a.owner, `/requests/${foreign}`);
    await lost.getByRole('alert').getByText('not yours to see').waitFor();
    expect(await lost.getByRole('main').innerText()).not.toContain('Zoe');
  });

  it('are worked by keyboard alone, from the queue through a request to an erasure that is done', async () => {
    const requestId = await stage.request(stage.world.a, 'Kay');
    const check = { method: 'callback', passed: true, evidence: 'Called back' };
    await owner().must('POST', `/v1/privacy/requests/${requestId}/verification/check`, check);
    const { id, places } = await planErasure(1, requestId);
    for (const { position } of places.filter(({ kind }) => kind === 'task')) {
      await planner.must('POST', `/v1/privacy/erasures/${id}/tasks/${position}`, { finding: 'Nothing was found.' });
    }
    const page = await stage.desk(owner(), '/requests');
    await page.getByRole('link', { name: 'GDPR erasure: Kay' }).waitFor();
    await tabTo(page, 'link', 'GDPR erasure: Kay');
    await page.keyboard.press('Enter');
    await heading(page, /Kay/);
    await page.getByRole('link', { name: /^Erasure of/ }).waitFor();
    await tabTo(page, 'link', 'Erasure of');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Approve and erase' }).waitFor();
    await tabTo(page, 'button', 'Approve and erase');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'checkbox', 'I have looked at the plan below');
    await page.keyboard.press('Space');
    await tabTo(page, 'button', 'Approve and erase');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Certificate' }).waitFor({ timeout: PATIENCE_MS });
    const saved = page.waitForEvent('download');
    await tabTo(page, 'button', 'Save the certificate');
    await page.keyboard.press('Enter');
    const certificate = JSON.parse(await readFile(await (await saved).path(), 'utf8')) as object;
    expect(certificate).toEqual(await owner().must('GET', `/v1/privacy/erasures/${id}/certificate`));
    expect(await owner().must('GET', '/rest/v1/customers?id=eq.1&select=name,email')).not.toMatchObject([
      { name: 'tenant-a 1' },
    ]);
    expect(await stage.world.b.owner.must('GET', '/rest/v1/customers?id=eq.1&select=id')).toEqual([{ id: 1 }]);
  });

  it('keep somebody signed in, out of the reach of scripts, until they sign out', async () => {
    const page = await stage.desk(owner(), '/holds');
    await page.reload();
    await heading(page, 'Legal holds');
    expect(await page.evaluate('document.cookie + JSON.stringify([localStorage, sessionStorage])')).toBe('[{},{}]');
    const other = await page.context().newPage();
    await other.goto('/console/plans');
    await heading(other, 'Copies and erasures');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    for (const window of [page, other]) {
      await window.reload();
      await window.getByLabel('Password').waitFor();
    }
  });

  it('let nobody approve what they planned, and say who may', async () => {
    const { id } = await planErasure(2);
    const page = await stage.desk(planner, `/erasures/${id}`);
    await page.getByText(`You planned it, so somebody else approves it. Who may:`).waitFor();
    await page.getByText(owner().email).waitFor();
    expect(await page.getByRole('button', { name: 'Approve and erase' }).count()).toBe(0);
  });

  it('give a copy without what the review left out, by a link that works once', async () => {
    const page = await stage.desk(owner(), '/plans');
    await page.getByRole('button', { name: 'Plan a copy' }).click();
    await page.getByLabel('Table', { exact: true }).fill('customers');
    await page.getByLabel('Which row', { exact: true }).fill('3');
    await page.getByRole('dialog').getByRole('button', { name: 'Plan a copy' }).click();
    await page.getByRole('button', { name: 'Collect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Collect' }).click();
    const tasks = page.getByRole('button', { name: /^Record what was found/ });
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    for (let left = await tasks.count(); left > 0; left -= 1) {
      await tasks.first().click();
      await page.getByLabel('What was searched').fill('Nothing was found.');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Record/ })
        .click();
      await eventually(async () => (await tasks.count()) < left, PATIENCE_MS);
    }
    await page.getByLabel('Leave out note').check();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
    const link = await page.getByLabel('Link, for example by mail').inputValue();
    const code = await page.getByLabel('Code, for example by phone').inputValue();
    const fetchIt = async (): Promise<Page> => {
      const subject = await stage.browser.visit(new URL(link).pathname + new URL(link).hash);
      await subject.getByLabel('Code').fill(code);
      return subject;
    };
    const first = await fetchIt();
    const saved = first.waitForEvent('download');
    await first.getByRole('button', { name: 'Save my copy' }).click();
    const files = unzip(await readFile(await (await saved).path()));
    const everything = [...files.values()].join('\n');
    expect(everything).toContain('c3@tenant-a.example');
    expect(everything).not.toContain('secret of 3');
    const second = await fetchIt();
    await second.getByRole('button', { name: 'Save my copy' }).click();
    await second.getByRole('alert').getByText('ask for a new link').waitFor();
  });

  it('assign many requests at once', async () => {
    for (const name of ['Bea', 'Cy']) await stage.request(stage.world.a, name, 'ccpa_opt_out');
    const page = await stage.desk(owner(), '/requests?type=ccpa_opt_out');
    await page.getByLabel('Choose CCPA opt out: Cy').check();
    await page.getByLabel('Choose CCPA opt out: Bea').check();
    await page.getByLabel('Give 2 chosen requests to').selectOption({ label: planner.email });
    await page.getByRole('button', { name: 'Assign' }).click();
    await page.getByRole('status').getByText(`2 requests given to ${planner.email}`).waitFor();
    await page.getByLabel('Owner').selectOption({ label: planner.email });
    await eventually(async () => (await page.getByRole('rowheader').count()) === 2);
  });

  it('take a request by the tenant’s own form, confirmed by the code that was mailed', async () => {
    const page = await stage.browser.visit('/privacy/tenant-a');
    await heading(page, 'Your data at tenant-a');
    await page.getByText('We answer soon.').waitFor();
    await fillForm(page, /what you hold about me/, 'Ines');
    const send = page.getByRole('button', { name: 'Send the request' });
    expect(await page.evaluate("getComputedStyle(document.querySelector('button.main')).backgroundColor")).toBe(
      'rgb(15, 81, 50)',
    );
    await send.click();
    await page.getByLabel('Code').fill(await stage.world.mailedSecret('ines@people.example', /(?<=^ {4})\d{6}$/m));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'We have your request' }).waitFor();
    const reference = await page.locator('code').innerText();
    expect(await owner().must('GET', `/v1/privacy/requests/${reference}`)).toMatchObject({
      channel: 'form',
      verified: 'basic',
    });
    await expect(stage.world.b.owner.must('GET', `/v1/privacy/requests/${reference}`)).rejects.toThrow('404');
  });

  it('take a mailed link as proof only when the person says so on its page, and once', async () => {
    const requestId = await stage.request(stage.world.a, 'Lea');
    const verified = async (): Promise<string> =>
      (await owner().must<{ verified: string }>('GET', `/v1/privacy/requests/${requestId}`)).verified;
    await owner().must('POST', `/v1/privacy/requests/${requestId}/verification/link`, {});
    const path = await stage.world.mailedSecret('lea@customers.example', /(?<=^http:\/\/[^/]+)\/privacy\/\S+$/m);
    const page = await stage.browser.visit(path);
    const yes = page.getByRole('button', { name: 'Yes, I made this request' });
    await yes.waitFor();
    expect(await stage.browser.violations(page)).toEqual([]);
    const later = await stage.browser.visit(path);
    await later.getByRole('button', { name: 'Yes, I made this request' }).waitFor();
    expect(await verified()).toBe('none');
    await yes.click();
    await page.getByRole('heading', { name: 'We have your request' }).waitFor();
    expect(await page.locator('code').innerText()).toBe(requestId);
    expect(await verified()).toBe('basic');
    await later.getByRole('button', { name: 'Yes, I made this request' }).click();
    await later.getByRole('alert').getByText('It was used, or has ended').waitFor();
  });

  it('answer a program that fills in every field, and keep nothing of it', async () => {
    const page = await stage.browser.visit('/privacy/tenant-a');
    await fillForm(page, /Do not sell/, 'Robot');
    await page.locator('[name=website]').fill('https://spam.example');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByRole('heading', { name: 'We have your request' }).waitFor();
    const { data } = await owner().must<{ data: { subjectName: string }[] }>('GET', '/v1/privacy/requests?limit=200');
    expect(data.map(({ subjectName }) => subjectName)).not.toContain('Robot');
  });

  it('show a form that is closed like one of nobody, and say so in plain words', async () => {
    const shown = async (tenant: string): Promise<string> => {
      const page = await stage.browser.visit(`/privacy/${tenant}`);
      await page.getByRole('alert').waitFor();
      return page.getByRole('main').innerText();
    };
    const closed = await stage.world.makeTenant('tenant-c', 'pool');
    expect(await shown(closed.slug)).toBe(await shown('nobody-at-all'));
  });

  it('tell somebody who comes after too many others how long to wait', async () => {
    const { slug } = stage.world.b;
    const submit = (nth: number): Promise<unknown> =>
      stage.world.staff.must('POST', `/v1/privacy/forms/${slug}/requests`, {
        type: 'ccpa_limit',
        name: 'Bot',
        email: `b${nth}@x.example`,
      });
    for (let nth = 0; nth < 100; nth += 10)
      await Promise.allSettled(Array.from({ length: 10 }, (_, n) => submit(nth + n)));
    const page = await stage.browser.visit(`/privacy/${slug}`);
    await fillForm(page, /Do not sell/, 'Late');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByRole('alert').getByText('Try again in 10 minutes').waitFor();
  });

  it('are readable for everybody: axe finds nothing on any of them, light and dark', async () => {
    const desk = await furnish(stage, planner);
    const page = await stage.desk(owner(), '/requests');
    for (const [path, sign] of desk) {
      await page.evaluate(`history.pushState(null, '', '/console${path}')`);
      await page.getByText(sign).first().waitFor();
      expect([path, await stage.browser.violations(page)]).toEqual([path, []]);
    }
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('button', { name: 'Enter a request' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await stage.browser.violations(page)).toEqual([]);
    const subject = ['', '/confirm', '/download'].map((path) => `/privacy/tenant-a${path}`);
    for (const path of ['/console/', ...subject, '/privacy/nobody']) {
      const open = await stage.browser.visit(path);
      await open.locator('form, [role=alert]').first().waitFor();
      expect([path, await stage.browser.violations(open)]).toEqual([path, []]);
    }
  });

  it('have a reference of the API that renders', async () => {
    const page = await stage.browser.visit('/docs');
    await page.getByRole('heading', { name: /Tenantry/ }).waitFor();
    await page.keyboard.press('End'); // it renders what can be seen
    await page.getByRole('heading', { name: 'Schemas' }).waitFor();
    await page.getByText('Suspends a tenant', { exact: true }).waitFor();
  });
});
