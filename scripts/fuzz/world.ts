import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EMAIL, PASSWORD as STAFF_PASSWORD } from '../../bench/instance/client.js';
import { takePlace } from '../../bench/instance/place.js';
import { run, type Running } from '../../bench/instance/program.js';
import { Instance } from '../demo/instance.js';
import { eventually } from '@tenantry/testing/eventually';
import { Client, PASSWORD } from './client.js';
import { Wire } from './http.js';
import { stop } from './stop.js';

/** One of the two tenants that are always there. */
export interface WorldTenant {
  readonly id: string;
  readonly slug: string;
  readonly owner: Client;
}

/** The table that the row API is tried on; both tenants have it. */
export const ROWS_TABLE = 'readings';
/** In everything of tenant B, so that a trace of it in somebody else's answer is seen. */
export const CANARY = 'zanzibar-canary';

const UNLIMITED = { ratePerS: 100_000, burst: 1_000_000 };
const MAIL_TIMEOUT_MS = 10_000;
const MAIL_POLL_MS = 20;
const SOFT_LINE_BREAK = /=\r?\n/g;

/** A whole system of our own: real Postgres and NATS, every service, reached through its gateway. */
export class World implements AsyncDisposable {
  readonly staff: Client;
  a!: WorldTenant;
  b!: WorldTenant;
  private readonly people: Client[] = [];
  private nextPerson = 0;
  private second: Promise<Client> | undefined;
  private stack = new AsyncDisposableStack();

  private constructor(
    readonly wire: Wire,
    readonly instance: Instance,
    readonly stateDir: string,
    private readonly start: () => Promise<Running>,
    private running: Running,
  ) {
    this.staff = new Client(wire, EMAIL, STAFF_PASSWORD);
  }

  /** Starts the system and makes tenants A and B. */
  static async open(): Promise<World> {
    await using stack = new AsyncDisposableStack();
    const { settings } = await takePlace(stack);
    const hooks = join(import.meta.dirname, '../typescript.mjs');
    const unlimited = { SIGN_IN_RATE_PER_S: '10000000', SIGN_IN_BURST: '10000000' };
    const program = join(import.meta.dirname, '../start.ts');
    const nodeOptions = ['--enable-source-maps', '--import', hooks];
    const start = (): Promise<Running> => run(program, { ...settings, ...unlimited }, /ready\s+(http\S+)/, nodeOptions);
    const stateDir = settings.TENANTRY_STATE_DIR!;
    const running = await start();
    const wire = new Wire(running.address);
    const world = new World(wire, new Instance(stateDir), stateDir, start, running);
    stack.defer(() => stop(world.running, stateDir));
    stack.defer(() => wire.close());
    await world.furnish();
    world.stack = stack.move();
    return world;
  }

  /** Stops the system and starts it again; what lies in its state directory may be changed meanwhile. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    await stop(this.running, this.stateDir);
    await meanwhile();
    this.running = await this.start();
  }

  /** A name that nothing has. */
  fresh(prefix: string): string {
    return `${prefix}${randomBytes(6).toString('hex')}`;
  }

  /** Makes a tenant whose owner can sign in. */
  async makeTenant(slug: string, isolation: 'pool' | 'schema'): Promise<WorldTenant> {
    const owner = new Client(this.wire, `${slug}@example.com`);
    const facts = { slug, name: slug, isolation, ownerEmail: owner.email, ownerPassword: PASSWORD };
    const { id } = await this.staff.must<{ id: string }>('POST', '/v1/tenants', facts);
    return { id, slug, owner };
  }

  /** Invites somebody to tenant A. @returns the token of the link that was mailed */
  async invite(email: string, role = 'staff'): Promise<string> {
    await this.a.owner.must('POST', '/v1/members', { email, role });
    return this.mailedToken(email);
  }

  /** The token of the newest link that was mailed to an address. @throws Error when none comes */
  mailedToken(email: string): Promise<string> {
    return this.mailedSecret(email, /tnl_[\w-]{43}/);
  }

  /** What the newest mail to an address holds. @throws Error when none comes */
  async mailedSecret(email: string, secret: RegExp): Promise<string> {
    const folder = join(this.stateDir, 'outbox');
    const untilMs = Date.now() + MAIL_TIMEOUT_MS;
    while (Date.now() < untilMs) {
      const names = await readdir(folder).catch(() => []);
      for (const name of names.toSorted().toReversed()) {
        const mail = (await readFile(join(folder, name), 'utf8')).replace(SOFT_LINE_BREAK, '');
        const token = mail.includes(email) ? secret.exec(mail)?.[0] : undefined;
        if (token) return token;
      }
      await delay(MAIL_POLL_MS);
    }
    throw new Error(`no mail came for ${email}`);
  }

  /** A member of A who may lose session and password without harm; each in turn. */
  person(): Client {
    return this.people[this.nextPerson++ % this.people.length]!;
  }

  /** Another admin of tenant A, for what takes two. */
  secondPerson(): Promise<Client> {
    this.second ??= this.makePerson('admin');
    return this.second;
  }

  /** Replaces people who can't sign in any more. */
  async restore(person: Client): Promise<void> {
    person.forget();
    const isWell = await person.credential().then(
      () => true,
      () => false,
    );
    if (!isWell) this.people[this.people.indexOf(person)] = await this.makePerson();
  }

  private async makePerson(role = 'staff'): Promise<Client> {
    const person = new Client(this.wire, `${this.fresh('person-')}@example.com`);
    const token = await this.invite(person.email, role);
    // The mail may be there a moment before what it is about is committed.
    const accept = (): Promise<boolean> =>
      this.staff.must('POST', '/v1/auth/accept', { token, password: PASSWORD }).then(
        () => true,
        () => false,
      );
    await eventually(accept, MAIL_TIMEOUT_MS);
    return person;
  }

  /** Tenants, the table of rows in both, and people. */
  private async furnish(): Promise<void> {
    [this.a, this.b] = await Promise.all([this.makeTenant('tenant-a', 'schema'), this.makeTenant(CANARY, 'pool')]);
    await Promise.all(
      [this.a, this.b].map(({ id }) => this.staff.must('PUT', `/v1/tenants/${id}/rate-limit`, UNLIMITED)),
    );
    for (const { id, slug } of [this.a, this.b]) {
      const signed = { counterparty: slug, version: '1', effectiveOn: '2026-01-01' };
      await this.staff.must('POST', `/v1/tenants/${id}/agreements`, signed);
    }
    await this.includeAgents(this.a.id);
    await Promise.all([furnishTenant(this.a, 'harbour'), furnishTenant(this.b, CANARY)]);
    this.people.push(await this.makePerson(), await this.makePerson());
  }

  /** Has a tenant's plan include every model and tool, so that agents can be published. */
  private async includeAgents(tenantId: string): Promise<void> {
    const override = { enabled: true, reason: 'fuzz' };
    for (const feature of ['models', 'tools'])
      await this.staff.must('PUT', `/v1/tenants/${tenantId}/entitlements/${feature}`, override);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}

/** A column of every kind, and rows that name their tenant. */
async function furnishTenant({ owner }: WorldTenant, word: string): Promise<void> {
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'label', type: 'text' },
    { name: 'code', type: 'varchar(40)', unique: true },
    { name: 'handle', type: 'text', unique: true },
    { name: 'amount', type: 'numeric(12,2)' },
    { name: 'count', type: 'integer' },
    { name: 'big', type: 'bigint' },
    { name: 'ratio', type: 'double precision' },
    { name: 'active', type: 'boolean' },
    { name: 'born', type: 'date' },
    { name: 'opens', type: 'time' },
    { name: 'happened_at', type: 'timestamptz' },
    { name: 'lasts', type: 'interval' },
    { name: 'document', type: 'jsonb' },
    { name: 'tags', type: 'text[]' },
    { name: 'address', type: 'inet' },
    { name: 'note', type: 'text', classification: 'phi', searchable: true },
    { name: 'parent_id', type: 'uuid', references: { table: ROWS_TABLE, column: 'id', onDelete: 'set null' } },
  ];
  await owner.must('POST', '/v1/tables', { name: ROWS_TABLE, columns });
  const rows = Array.from({ length: 20 }, (_, index) => ({
    label: `${word} ${index}`,
    code: `${word}-${index}`,
    count: index,
    note: word,
  }));
  await owner.must('POST', `/rest/v1/${ROWS_TABLE}`, rows);
  await owner.must('POST', '/v1/api-keys', { name: word, scopes: ['rows.read'] });
}
