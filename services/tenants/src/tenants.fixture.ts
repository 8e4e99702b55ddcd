import { setTimeout as pause } from 'node:timers/promises';
import {
  createTenant,
  DataSpaceFailed,
  DataSpaceReady,
  getTenant,
  OwnerEstablished,
  OwnerFailed,
  prepareOwner,
  type CreateTenantRequest,
  type Operation,
  type PrepareOwnerRequest,
  type Tenant,
} from '@tenantry/contracts';
import { Fault, newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { RpcClient, type TenantEntry } from '@tenantry/messaging';
import { InMemoryBus, testContext, TestDatabase } from '@tenantry/testing';
import { TenantsSettings } from './config.js';
import { tenantsService } from './tenants.module.js';

/** Identity, as far as the registry calls it. */
class FakeIdentity {
  readonly asked: PrepareOwnerRequest[] = [];

  call(operation: Operation, request: PrepareOwnerRequest): Promise<{ ownerRef: string }> {
    if (operation !== (prepareOwner as Operation))
      throw new TypeError(`${operation.name} is not called by the registry`);
    this.asked.push(request);
    if (request.password === 'password') return Promise.reject(new Fault('password-weak', { field: 'password' }));
    return Promise.resolve({ ownerRef: newId() });
  }
}

/** What left by the outbox. */
export interface SentEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly changes: readonly object[];
  readonly meta: { readonly actor: { readonly id: string }; readonly platformActor: boolean; readonly action: string };
}

/** The registry on a real Postgres of its own, with identity and data played by the test. */
export class TenantsFixture {
  /** The member of staff who asks, unless a test says otherwise. */
  readonly staffId = newId();

  private constructor(
    readonly db: TestDatabase,
    readonly bus: InMemoryBus,
    readonly identity: FakeIdentity,
  ) {}

  /** Creating a tenant does not wait here, unless the environment says so. */
  static async start(environment: Record<string, string> = {}): Promise<TenantsFixture> {
    const { name, migrations, jobs } = tenantsService;
    const db = await TestDatabase.create([{ name, migrations: migrations!, jobs }]);
    const identity = new FakeIdentity();
    const providers = [
      { provide: RpcClient, useValue: identity },
      { provide: TenantsSettings, useValue: new TenantsSettings({ PROVISIONING_WAIT_MS: '0', ...environment }) },
    ];
    const bus = await InMemoryBus.start({ service: tenantsService, doors: db.doors('tenants'), providers });
    bus.announce(PLATFORM_TENANT_ID);
    return new TenantsFixture(db, bus, identity);
  }

  async stop(): Promise<void> {
    await this.bus.close();
    await this.db.drop();
  }

  /** Platform staff. */
  staff(facts: Partial<TenantContext> = {}): TenantContext {
    return testContext(PLATFORM_TENANT_ID, {
      actor: { kind: 'user', id: this.staffId, role: 'super_admin' },
      ...facts,
    });
  }

  /** Calls an operation as platform staff, or as somebody else. */
  call<I, O>(operation: Operation<I, O>, input: Partial<I>, ctx: TenantContext = this.staff()): Promise<O> {
    return this.bus.call(operation, input, ctx);
  }

  wish(more: Partial<CreateTenantRequest> = {}): Partial<CreateTenantRequest> {
    return { slug: `t-${newId().slice(-12)}`, name: 'Test', ownerEmail: 'ada@example.com', ...more };
  }

  /** Creates a tenant whose provisioning nobody answers. */
  createWaiting(more: Partial<CreateTenantRequest> = {}): Promise<Tenant> {
    return this.call(createTenant, this.wish(more));
  }

  /** Creates a tenant, plays identity and data, and answers it open. */
  async createOpen(more: Partial<CreateTenantRequest> = {}): Promise<Tenant> {
    const { id: tenantId } = await this.createWaiting(more);
    await this.answerAll(tenantId);
    await this.refreshDirectory(tenantId);
    return this.call(getTenant, { tenantId });
  }

  async answerAll(tenantId: string, attempt = 1): Promise<void> {
    await this.ownerEstablished(tenantId, attempt);
    await this.spaceReady(tenantId, attempt);
  }

  async ownerEstablished(tenantId: string, attempt = 1): Promise<void> {
    const event = new OwnerEstablished({
      tenantId,
      ownerRef: newId(),
      attempt,
      personId: newId(),
      passwordSetByStaff: false,
    });
    await this.deliver(tenantId, event);
  }

  async spaceReady(tenantId: string, attempt = 1): Promise<void> {
    await this.deliver(tenantId, new DataSpaceReady({ tenantId, attempt }));
  }

  async ownerFailed(tenantId: string, reason: string, attempt = 1): Promise<void> {
    await this.deliver(tenantId, new OwnerFailed({ tenantId, ownerRef: newId(), attempt, reason }));
  }

  async spaceFailed(tenantId: string, reason: string, attempt = 1): Promise<void> {
    await this.deliver(tenantId, new DataSpaceFailed({ tenantId, attempt, reason }));
  }

  private async deliver(tenantId: string, event: object): Promise<void> {
    await this.refreshDirectory(tenantId);
    await this.bus.deliver({ event, tenantId });
  }

  /** What was announced about a tenant, oldest first. */
  async events(tenantId: string): Promise<SentEvent[]> {
    const rows = await this.db.admin<{
      id: string;
      name: string;
      payload: Pick<SentEvent, 'data' | 'changes'>;
      meta: string;
    }>(
      `select id, headers ->> 'ce-type' as name, payload, headers ->> 'Tenantry-Event' as meta
       from tenants.outbox where kind = 'event' and tenant_id = $1 order by position`,
      [tenantId],
    );
    return rows.map(({ id, name, payload, meta }) => ({
      id,
      name,
      ...payload,
      meta: JSON.parse(meta) as SentEvent['meta'],
    }));
  }

  async eventNames(tenantId: string): Promise<string[]> {
    return (await this.events(tenantId)).map(({ name }) => name);
  }

  /** The newest entry of a directory. */
  async entry<T>(bucket: string, key: string): Promise<T | undefined> {
    const [row] = await this.db.admin<{ payload: { value: T } }>(
      `select payload from tenants.outbox where kind = 'directory' and subject = $1 order by position desc limit 1`,
      [`${bucket}.${key}`],
    );
    return row?.payload.value;
  }

  /** What the relay would do: the directory by which contexts are judged follows the outbox. */
  async refreshDirectory(tenantId: string): Promise<void> {
    const entry = await this.entry<TenantEntry>('tenants', tenantId);
    if (entry) this.bus.announce(tenantId, entry);
  }

  /** The id of the tenant with this slug, as soon as it is registered. */
  async idOf(slug: string): Promise<string> {
    for (let tries = 0; tries < 200; tries += 1) {
      const [row] = await this.db.admin<{ tenant_id: string }>('select tenant_id from tenants.tenant where slug = $1', [
        slug,
      ]);
      if (row) return row.tenant_id;
      await pause(25);
    }
    throw new Error(`${slug} was not registered`);
  }
}
