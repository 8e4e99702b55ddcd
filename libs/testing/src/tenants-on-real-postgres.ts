import type { Provider } from '@nestjs/common';
import type { Operation } from '@tenantry/contracts';
import type { Doors } from '@tenantry/database';
import type { Clock, TenantContext } from '@tenantry/kernel';
import type { ServiceDefinition } from '@tenantry/messaging';
import { InMemoryBus, type CallOptions } from './bus.js';
import { Canaries } from './canaries.js';
import { testContext } from './context.js';
import './matchers.js';
import { TestDatabase } from './postgres.js';

/** One of the two tenants that every test has. */
export interface TestTenant {
  readonly id: string;
  /**
   * Calls an operation as this tenant's owner, through the pipeline that NATS feeds. The answer is searched for anything
   * of the other tenant's. `facts` change the context: another role, another purpose.
   * @throws the fault that the operation answers
   */
  call<I, O>(
    operation: Operation<I, O>,
    input: Partial<I>,
    facts?: Partial<TenantContext>,
    options?: CallOptions,
  ): Promise<O>;
  /** The tenant's rows in a table, counted past all policies. */
  count(table: string): Promise<number>;
  /** A text to store in this tenant; that the other is ever shown it fails the test. */
  canary(): string;
}

/** An event in the outbox: its type, its tenant and what it says. */
export type OutboxEvent = {
  readonly type: string;
  readonly tenantId: string;
  readonly changes: readonly unknown[];
} & Record<string, unknown>;

/** A service on a real Postgres, with two tenants that must not see each other. */
export interface Tenants {
  readonly a: TestTenant;
  readonly b: TestTenant;
  readonly bus: InMemoryBus;
  readonly database: TestDatabase;
  readonly doors: Doors;
  /** The events of this test, oldest first. */
  outbox(): Promise<OutboxEvent[]>;
}

export interface TenantsOptions {
  readonly clock?: Clock;
  /** Services whose tables the tested one needs besides its own. */
  readonly beside?: readonly ServiceDefinition[];
  /** What the handlers need besides what every service has; also replaces that. */
  readonly providers?: readonly Provider[];
}

/**
 * Runs a service for the suite that calls this: a database of its own with the real schema, the real pipeline without
 * the network, and tenants A and B, new for every test.
 */
export function tenantsOnRealPostgres(service: ServiceDefinition, options: TenantsOptions = {}): Tenants {
  const harness = new Harness(service, options);
  beforeAll(() => harness.start());
  beforeEach(() => harness.makeTenants());
  afterAll(() => harness.stop());
  return harness;
}

interface OutboxRow {
  readonly position: string;
  readonly tenant_id: string;
  readonly subject: string;
  readonly payload: { readonly data: object; readonly changes?: readonly unknown[] };
}

class Harness implements Tenants {
  a!: TestTenant;
  b!: TestTenant;
  bus!: InMemoryBus;
  database!: TestDatabase;
  doors!: Doors;
  #seenPosition = '0';

  constructor(
    private readonly service: ServiceDefinition,
    private readonly options: TenantsOptions,
  ) {}

  async start(): Promise<void> {
    const { beside = [], providers, clock } = this.options;
    const services = [this.service, ...beside];
    this.database = await TestDatabase.create(
      services.flatMap(({ migrations, ...rest }) => (migrations ? [{ ...rest, migrations }] : [])),
    );
    this.doors = this.database.doors(this.service.name, { masterKey: new Uint8Array(32).fill(1) });
    this.bus = await InMemoryBus.start({ service: this.service, doors: this.doors, providers, clock });
  }

  async makeTenants(): Promise<void> {
    const ids = [await this.database.addTenant(), await this.database.addTenant()] as const;
    ids.forEach((id) => this.bus.announce(id));
    const canaries = new Canaries();
    this.a = this.#tenant(ids[0], ids, canaries);
    this.b = this.#tenant(ids[1], ids, canaries);
    this.#seenPosition = (await this.#outboxRows()).at(-1)?.position ?? this.#seenPosition;
  }

  async stop(): Promise<void> {
    await this.bus?.close();
    await this.database?.drop();
  }

  async outbox(): Promise<OutboxEvent[]> {
    return (await this.#outboxRows()).map(({ tenant_id: tenantId, subject, payload }) => ({
      ...payload.data,
      type: subject.split('.').at(-1) ?? '',
      tenantId,
      changes: payload.changes ?? [],
    }));
  }

  #tenant(id: string, all: readonly string[], canaries: Canaries): TestTenant {
    return {
      id,
      canary: () => canaries.plant(id),
      count: (table) => this.database.count(table, id),
      call: async (operation, input, facts, options) => {
        const answer = await this.bus.call(operation, input, testContext(id, facts), options);
        canaries.assertNoneOfOthers(answer, id, all);
        return answer;
      },
    };
  }

  #outboxRows(): Promise<OutboxRow[]> {
    return this.database.admin<OutboxRow>(
      `select position::text, tenant_id, subject, payload from ${this.service.name}.outbox
       where kind = 'event' and outbox.position > $1 order by outbox.position`,
      [this.#seenPosition],
    );
  }
}
