import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemberAdded, addMember, readMessage, roles, type EventType, type Operation } from '@tenantry/contracts';
import type { Doors } from '@tenantry/database';
import { Clock, Fault, PLATFORM_TENANT_ID, newId, type TenantContext } from '@tenantry/kernel';
import type { MemberEntry, TenantEntry } from '@tenantry/messaging';
import { Mailer, MailSettings } from '@tenantry/service';
import { InMemoryBus, TestDatabase, testContext, type CallOptions } from '@tenantry/testing';
import { IdentitySettings } from './config.js';
import { identityService } from './identity.module.js';
import { PasswordHasher } from './users/password-hasher.js';

/** A password that the rules accept. */
export const GOOD_PASSWORD = 'violet anchors drift at noon';

const CALL_TIMEOUT_MS = 30_000;

/** Time as a test wants it; never behind the machine's, because Postgres has its own clock. */
class TestClock extends Clock {
  private aheadMs = 0;
  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
  advance(ms: number): void {
    this.aheadMs += ms;
  }
}

/** What left by the outbox. */
export interface SentEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly changes: readonly Record<string, unknown>[];
}

/** Somebody who calls operations in a tenant. */
export interface Caller {
  readonly tenantId: string;
  readonly userId: string;
  call<I, O>(
    operation: Operation<I, O>,
    input: Partial<I>,
    facts?: Partial<TenantContext>,
    options?: CallOptions,
  ): Promise<O>;
}

/** Identity on a real Postgres of its own, without a network. */
export class IdentityFixture {
  private constructor(
    readonly database: TestDatabase,
    readonly doors: Doors,
    readonly clock: TestClock,
    private readonly bus: InMemoryBus,
    private readonly folder: string,
  ) {}

  static async start(): Promise<IdentityFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-identity-'));
    const { name, migrations, ...rest } = identityService;
    const database = await TestDatabase.create([{ ...rest, name, migrations: migrations! }]);
    const doors = database.doors(name, { masterKey: randomBytes(32) });
    const clock = new TestClock();
    const providers = [
      { provide: Clock, useValue: clock },
      { provide: IdentitySettings, useValue: settingsIn(folder) },
      { provide: Mailer, useValue: new Mailer(new MailSettings({ MAIL_OUTBOX_DIR: join(folder, 'outbox') })) },
    ];
    const bus = await InMemoryBus.start({ service: identityService, doors, clock, providers });
    return new IdentityFixture(database, doors, clock, bus, folder);
  }

  async stop(): Promise<void> {
    await this.bus.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }

  /** What an operation answers as a stream, as text, to the service that calls it. */
  async stream<I>(operation: Operation<I>, input: object, tenantId: string): Promise<string> {
    const { fault, body } = await this.bus.send(operation, JSON.stringify(input), this.context(tenantId, {}));
    if (!body) return `refused: ${fault?.reason}`;
    return Buffer.concat(await Array.fromAsync(body)).toString();
  }

  readonly get: InMemoryBus['get'] = (token) => this.bus.get(token);

  /** A tenant that the database and the directory know. */
  async addTenant(facts: Partial<TenantEntry> = {}): Promise<string> {
    const tenantId = await this.database.addTenant(facts.status);
    this.bus.announce(tenantId, facts);
    return tenantId;
  }

  /** Changes a tenant's status, and what else its directory entry says. */
  async setTenant(tenantId: string, facts: Partial<TenantEntry> & Pick<TenantEntry, 'status'>): Promise<void> {
    await this.database.setStatus(tenantId, facts.status);
    this.bus.announce(tenantId, facts);
  }

  /** Has a tenant ask something of passwords, as the registry does. */
  askOfPasswords(tenantId: string, rules: { passwordMinLength?: number; passwordHistory?: number }): void {
    const { policies } = this.bus.directories;
    const version = (policies.get(tenantId)?.version ?? 0) + 1;
    policies.put(tenantId, { version, allowedIps: [], corsOrigins: [], ratePerS: null, burst: null, ...rules });
  }

  /** Keeps a tenant to some networks and to sessions of some hours, as the registry does. */
  restrict(tenantId: string, allowedIps: readonly string[], maxSessionHours: number | null = null): void {
    const { policies } = this.bus.directories;
    const version = (policies.get(tenantId)?.version ?? 0) + 1;
    policies.put(tenantId, { version, allowedIps, corsOrigins: [], ratePerS: null, burst: null, maxSessionHours });
  }

  /** Somebody with a role. */
  as(tenantId: string, role: string, userId = newId()): Caller {
    const known: Record<string, { readonly grants: readonly string[] }> =
      tenantId === PLATFORM_TENANT_ID ? roles.platform : roles.tenant;
    const actor = { kind: 'user', id: userId, role } as const;
    const permissions = known[role]?.grants ?? [];
    const call: Caller['call'] = (operation, input, facts = {}, options = {}) =>
      this.bus.call(operation, input, this.context(tenantId, { actor, permissions, ...facts }), options);
    return { tenantId, userId, call };
  }

  /** The owners of two new tenants. */
  async twoOwners(): Promise<[a: Caller, b: Caller]> {
    return [this.as(await this.addTenant(), 'owner'), this.as(await this.addTenant(), 'owner')];
  }

  /** A member of tenants, or somebody who is one already, who has a password. */
  async memberWithPassword(email: string, ...tenants: string[]): Promise<void> {
    for (const tenant of tenants) await this.as(tenant, 'owner').call(addMember, { email, role: 'staff' });
    const hash = await this.get(PasswordHasher).hash(GOOD_PASSWORD, null);
    await this.database.admin('update identity.person set password_hash = $2 where email = $1', [email, hash]);
  }

  /** Somebody who shows no credential; for an internal operation, the service that calls it. */
  anonymous<I, O>(operation: Operation<I, O>, input: Partial<I>): Promise<O> {
    const kind = operation.scope === 'internal' ? 'service' : 'anonymous';
    const facts = { actor: { kind, id: kind, role: null }, permissions: [], credentialId: null } as const;
    return this.bus.call(operation, input, this.context(PLATFORM_TENANT_ID, facts));
  }

  private context(tenantId: string, facts: Partial<TenantContext>): TenantContext {
    const ctx = testContext(tenantId, facts);
    return { ...ctx, request: { ...ctx.request, deadlineAtMs: this.clock.now().getTime() + CALL_TIMEOUT_MS } };
  }

  /** Hands an event to identity's reactions, twice with the same id. */
  react(event: object, tenantId: string, id?: string): Promise<void> {
    return this.bus.deliver({ event, tenantId, id });
  }

  /** Delivers what identity published to its own reactions. */
  async deliverOwnEvents(): Promise<void> {
    const type: EventType<object> = MemberAdded;
    for (const { id, tenantId, name, data } of await this.events()) {
      if (name === type.event.name) await this.react(readMessage(type, data), tenantId, id);
    }
  }

  /** Everything published about a tenant, oldest first. */
  async events(tenantId?: string): Promise<SentEvent[]> {
    const rows = await this.database.admin<
      Pick<SentEvent, 'id' | 'tenantId'> & { subject: string; payload: Pick<SentEvent, 'data' | 'changes'> }
    >(
      `select id, tenant_id as "tenantId", subject, payload from identity.outbox where kind = 'event' order by position`,
    );
    return rows
      .filter((row) => tenantId === undefined || row.tenantId === tenantId)
      .map(({ id, tenantId: of, subject, payload }) => ({
        id,
        tenantId: of,
        name: subject.split('.').at(-1)!,
        ...payload,
      }))
      .filter(({ name }) => name !== 'Accessed');
  }

  /** The newest value of a directory entry; undefined when there is none, null when it was removed. */
  async entry<T = MemberEntry>(bucket: string, key: string): Promise<T | null | undefined> {
    const [row] = await this.database.admin<{ payload: { value: T | null } }>(
      `select payload from identity.outbox where kind = 'directory' and subject = $1
       order by (payload->>'version')::bigint desc, position desc limit 1`,
      [`${bucket}.${key}`],
    );
    return row?.payload.value;
  }

  get mailFolder(): string {
    return join(this.folder, 'outbox');
  }

  /** Mails in the local outbox, oldest first. */
  mails(): string[] {
    const names = readdirSync(this.folder).includes('outbox') ? readdirSync(this.mailFolder) : [];
    return names
      .sort()
      .map((name) => readFileSync(join(this.mailFolder, name), 'utf8').replace(/=\n/g, '').replace(/=3D/g, '='));
  }
}

/** What a promise was refused with. */
export async function refusalOf(
  promise: Promise<unknown>,
): Promise<{ reason: string; field: string | undefined; retryAfterS: number | undefined }> {
  const fault: unknown = await promise.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );
  if (!(fault instanceof Fault)) throw fault;
  return { reason: fault.reason, field: fault.errors[0]?.field, retryAfterS: fault.retryAfterS };
}

function settingsIn(folder: string): IdentitySettings {
  const keyFile = join(folder, 'access.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return new IdentitySettings({ ACCESS_KEY_FILE: keyFile });
}
