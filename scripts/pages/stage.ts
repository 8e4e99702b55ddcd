import type { Page } from 'playwright-core';
import { PASSWORD, type Client } from '../fuzz/client.js';
import { World, type WorldTenant } from '../fuzz/world.js';
import { TestBrowser } from './browser.js';

const MOST_TABS = 200;

/** A whole system with two tenants that have customers, and a real browser before it. */
export class Stage implements AsyncDisposable {
  private constructor(
    readonly world: World,
    readonly browser: TestBrowser,
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async open(): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const world = stack.use(await World.open());
    const browser = stack.use(await TestBrowser.open(world.wire.baseUrl));
    await Promise.all([world.a, world.b].map(giveCustomers));
    return new Stage(world, browser, stack.move());
  }

  /** A page of the desk, for somebody who signs in there. */
  async desk(person: Client, path: string, options: Parameters<TestBrowser['visit']>[1] = {}): Promise<Page> {
    const page = await this.browser.visit(`/console${path}`, options);
    await page.getByLabel('E-mail address').fill(person.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    return page;
  }

  /** Enters a request of somebody. @returns its id */
  async request({ owner }: WorldTenant, name: string, type = 'gdpr_erasure'): Promise<string> {
    const subjectEmail = `${name.toLowerCase()}@customers.example`;
    const { id } = await owner.must<{ id: string }>('POST', '/v1/privacy/requests', {
      type,
      subjectName: name,
      subjectEmail,
    });
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}

/** Presses Tab until the focus is on what has this role and name. @throws Error when the keyboard does not reach it */
export async function tabTo(page: Page, role: string, name: string): Promise<void> {
  const focused = page.locator(':focus');
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press('Tab');
    if ((await focused.count()) === 1 && (await focused.ariaSnapshot()).split('\n', 1)[0]?.includes(`${role} "${name}`))
      return;
  }
  throw new Error(`the keyboard does not reach the ${role} ${name}`);
}

/** Fills in a tenant's form as somebody with this name. */
export async function fillForm(page: Page, wish: RegExp, name: string): Promise<void> {
  await page.getByLabel(wish).first().check();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Your e-mail address').fill(`${name.toLowerCase()}@people.example`);
}

async function giveCustomers({ owner, slug }: WorldTenant): Promise<void> {
  const id = { name: 'id', type: 'integer', primaryKey: true };
  const text = (name: string, classification: string): object => ({ name, type: 'text', classification });
  const columns = [id, text('name', 'personal'), text('email', 'personal'), text('note', 'personal')];
  const customer = { name: 'customer_id', type: 'integer', references: { table: 'customers', column: 'id' } };
  await owner.must('POST', '/v1/tables', { name: 'customers', subjectColumn: 'id', columns });
  await owner.must('POST', '/v1/tables', { name: 'orders', columns: [id, customer, { name: 'item', type: 'text' }] });
  const customers = [1, 2, 3].map((nth) => ({
    id: nth,
    name: `${slug} ${nth}`,
    email: `c${nth}@${slug}.example`,
    note: `secret of ${nth}`,
  }));
  await owner.must('POST', '/rest/v1/customers', customers);
  await owner.must(
    'POST',
    '/rest/v1/orders',
    customers.map(({ id: nth }) => ({ id: nth, customer_id: nth, item: 'Tea' })),
  );
}
