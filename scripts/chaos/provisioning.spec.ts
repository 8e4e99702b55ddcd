import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PASSWORD } from '../../bench/instance/client.js';
import type { Api } from '../demo/api.js';
import { System } from './system.js';

/** Where each step of provisioning writes first: who holds its table holds the step up. */
const TABLE_OF = {
  registry: 'tenants.slug',
  owner: 'identity.membership',
  data: 'data.space',
  settings: 'tenants.access_policy',
  'first plan': 'billing.subscription',
} as const;
type Step = keyof typeof TABLE_OF;

const PATIENCE_MS = 60_000;
const POLL_MS = 50;

interface Provisioned {
  readonly status: string;
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

async function until<T>(what: () => string, look: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what()}`);
    await delay(POLL_MS);
  }
}

describe('the provisioning of a tenant', () => {
  let system: System;
  let staff: Api;

  beforeAll(async () => {
    system = await System.open();
  });
  beforeEach(async () => {
    staff = await system.signInAsStaff();
  });
  afterAll(() => system?.[Symbol.asyncDispose]());

  /** Nobody writes to a table until what is answered is ended. */
  async function hold(table: string): Promise<AsyncDisposableStack> {
    await using stack = new AsyncDisposableStack();
    const client = new pg.Client(system.servers.databaseUrl);
    client.on('error', () => undefined); // ended by Postgres, it holds nothing any more, which the step would show
    stack.defer(() => client.end());
    await client.connect();
    await client.query('begin');
    await client.query(`lock table ${table} in share row exclusive mode`);
    return stack.move();
  }

  const isHeldUp = async (table: string): Promise<true | undefined> => {
    const text = 'select from pg_locks where relation = $1::regclass and not granted';
    return (await system.query(text, [table])).length > 0 || undefined;
  };

  const ask = (slug: string, isolation: string) => {
    const body = { slug, name: slug, isolation, ownerEmail: `owner@${slug}.example`, ownerPassword: PASSWORD };
    return staff.call<{ id: string }>('POST', '/v1/tenants', { body, headers: { 'idempotency-key': slug } });
  };

  /** Kills everything of ours while a step of a new tenant is under way, and starts it again. */
  async function killDuring(step: Step, slug: string, isolation: string): Promise<void> {
    await using held = await hold(TABLE_OF[step]);
    let answered = 'nothing yet';
    const asked = ask(slug, isolation).then(
      ({ status, body }) => void (answered = `${status}: ${JSON.stringify(body)}`),
      (error: Error) => void (answered = String(error.cause ?? error)), // its connection is cut
    );
    await until(
      () => `step ${step} to begin; asking for the tenant gave ${answered}`,
      () => isHeldUp(TABLE_OF[step]),
    );
    await system.crash(0, () => held.disposeAsync());
    await asked;
    staff = await system.signInAsStaff();
  }

  const idOf = async (slug: string): Promise<string | undefined> => {
    const { body } = await staff.call<{ data: { id: string; slug: string }[] }>('GET', '/v1/tenants?limit=200');
    return body.data.find((tenant) => tenant.slug === slug)?.id;
  };

  async function whenDone(id: string): Promise<Provisioned> {
    let said: unknown;
    return until(
      () => `the end of provisioning; it said ${JSON.stringify(said)}`,
      async () => {
        const { body } = await staff.call<Provisioned>('GET', `/v1/tenants/${id}/provisioning`);
        said = body;
        return body.steps.every(({ status }) => status === 'done') ? body : undefined;
      },
    );
  }

  async function expectUsable(slug: string, id: string): Promise<void> {
    const { body } = await staff.call<{ status: string }>('GET', `/v1/tenants/${id}`);
    expect(body.status).toBe('active');
    const owner = await staff.as(null).signIn(`owner@${slug}.example`, PASSWORD);
    const { body: subscription } = await until(
      () => 'its plan',
      async () => {
        const answer = await owner.call<{ plan: string }>('GET', '/v1/subscription');
        return answer.status === 200 ? answer : undefined;
      },
    );
    expect(subscription).toMatchObject({ tenantId: id });
    const columns = [{ name: 'id', type: 'integer', primaryKey: true }];
    expect((await owner.call('POST', '/v1/tables', { body: { name: 'things', columns } })).status).toBe(201);
  }

  it.each([
    ['owner', 'pool'],
    ['data', 'schema'],
    ['settings', 'pool'],
    ['first plan', 'schema'],
  ] as const)('goes on by itself when everything is killed during the step %s (%s)', async (step, isolation) => {
    const slug = `killed-${step.replace(' ', '-')}`;
    await killDuring(step, slug, isolation);
    const id = (await idOf(slug))!;
    await whenDone(id);
    await expectUsable(slug, id);
    const again = await ask(slug, isolation);
    expect([201, 202, 409]).toContain(again.status); // nothing is made twice
    expect(await system.query('select from tenants.tenant where slug = $1', [slug])).toHaveLength(1);
  });

  it('leaves nothing when everything is killed before it was accepted, and can be asked for again', async () => {
    await killDuring('registry', 'killed-registry', 'schema');
    expect(await idOf('killed-registry')).toBeUndefined();
    expect((await ask('killed-registry', 'schema')).status).toBeLessThan(300);
    const id = (await idOf('killed-registry'))!;
    await whenDone(id);
    await expectUsable('killed-registry', id);
  });
});
