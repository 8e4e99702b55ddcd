import type { Provider } from '@nestjs/common';
import {
  createTable,
  type CreateTableRequest,
  deleteRows,
  insertRows,
  type Operation,
  readRows,
  searchRows,
  type Table,
  TenantRequested,
  updateRows,
} from '@tenantry/contracts';
import { Fault, fromFaultMessage, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { RpcClient, type RawReply } from '@tenantry/messaging';
import { type CallOptions, testContext, type Tenants, tenantsOnRealPostgres } from '@tenantry/testing';
import { DataSettings } from '../config.js';
import { dataService } from '../data.module.js';

/** The part of the audit service's schema that a tenant's schema shows. */
const auditSchema = {
  ...dataService,
  name: 'audit',
  migrations: new URL('./audit/', import.meta.url),
  jobs: [],
  ownerMay: [],
};

/** An answer of the row API as a client sees it. */
export interface RowsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
}

export type Headers = Partial<Record<'prefer' | 'range' | 'accept' | 'profile' | 'contentType', string>>;

/** A tenant with a data space, through the row API. */
export class RowsClient {
  constructor(
    private readonly tenants: Tenants,
    readonly id: string,
    private readonly facts: Partial<TenantContext> = {},
  ) {}

  /** The same tenant as somebody else. */
  as(role: string, facts: Partial<TenantContext> = {}): RowsClient {
    const kind = role.endsWith('_key') ? 'key' : 'user';
    return new RowsClient(this.tenants, this.id, { actor: { kind, id: this.context().actor.id, role }, ...facts });
  }

  context(): TenantContext {
    return testContext(this.id, this.facts);
  }

  async createTable(request: Partial<CreateTableRequest>): Promise<Table> {
    return this.tenants.bus.call(createTable, request, this.context());
  }

  get(table: string, query = '', headers: Headers = {}): Promise<RowsAnswer> {
    return this.send(readRows, { table, query, ...headers });
  }

  /** A search by a form, as an address would have it. */
  search(table: string, query: string, headers: Headers = {}): Promise<RowsAnswer> {
    const contentType = 'application/x-www-form-urlencoded';
    return this.send(searchRows, { table, body: base64(query), contentType, ...headers });
  }

  post(
    table: string,
    body: unknown,
    headers: Headers = {},
    query = '',
    options: CallOptions = {},
  ): Promise<RowsAnswer> {
    return this.send(insertRows, { table, query, body: base64(body), ...headers }, options);
  }

  patch(table: string, query: string, body: unknown, headers: Headers = {}): Promise<RowsAnswer> {
    return this.send(updateRows, { table, query, body: base64(body), ...headers });
  }

  delete(table: string, query: string, headers: Headers = {}): Promise<RowsAnswer> {
    return this.send(deleteRows, { table, query, ...headers });
  }

  /** Sends an operation's input as the gateway does. @throws the fault that it answers */
  async send(operation: Operation, input: object, options: CallOptions = {}): Promise<RowsAnswer> {
    const reply = await this.tenants.bus.send(operation, JSON.stringify(input), this.context(), options);
    if (reply.fault) {
      throw fromFaultMessage(reply.fault);
    }
    return answerOf(reply, operation);
  }
}

function base64(body: unknown): string {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('base64');
}

async function answerOf(reply: RawReply, operation: Operation): Promise<RowsAnswer> {
  const chunks = reply.body ? await Array.fromAsync(reply.body) : [reply.payload];
  const text = Buffer.concat(chunks).toString();
  return {
    status: reply.status ?? operation.http?.status ?? 200,
    headers: reply.headers ?? {},
    text,
    json: /^[[{]/.test(text) && !reply.body ? (JSON.parse(text) as unknown) : null,
  };
}

/** Billing as the data service sees it: it takes what it is told, or is not there. */
export class Billing {
  readonly heard: { readonly operation: string; readonly input: unknown }[] = [];
  isAway = false;

  call(operation: Pick<Operation, 'name'>, input: unknown): Promise<unknown> {
    if (this.isAway) {
      return Promise.reject(new Fault('unavailable'));
    }
    this.heard.push({ operation: operation.name, input });
    return Promise.resolve({});
  }
}

/** What the service's parts need besides what every service has. */
export function dataProviders(billing = new Billing()): Provider[] {
  return [
    { provide: DataSettings, useValue: new DataSettings({}) },
    { provide: RpcClient, useValue: billing },
  ];
}

/** The data service on a real Postgres: tenant A with a schema of its own, tenant B in the pool. */
export interface DataTenants extends Tenants {
  readonly schema: RowsClient;
  readonly pool: RowsClient;
  /** Somebody of the platform. */
  readonly staff: TenantContext;
  /** What billing was told. */
  readonly billing: Billing;
  /** The name of a tenant's schema and role. */
  schemaOf(tenantId: string): string;
}

export function dataTenants(): DataTenants {
  const billing = new Billing();
  const tenants = tenantsOnRealPostgres(dataService, { beside: [auditSchema], providers: dataProviders(billing) });
  beforeEach(() => void (billing.heard.length = 0));
  const prepare = async (tenantId: string, mode: 'schema' | 'pool'): Promise<void> => {
    await tenants.database.admin('update platform.tenant_status set mode = $2 where tenant_id = $1', [tenantId, mode]);
    tenants.bus.announce(tenantId, { mode });
    tenants.bus.agree(tenantId);
    await tenants.bus.deliver({ event: requested(tenantId, mode), tenantId });
  };
  beforeEach(async () => {
    await prepare(tenants.a.id, 'schema');
    await prepare(tenants.b.id, 'pool');
  });
  const own = {
    billing,
    get schema() {
      return new RowsClient(tenants, tenants.a.id);
    },
    get pool() {
      return new RowsClient(tenants, tenants.b.id);
    },
    staff: testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: PLATFORM_TENANT_ID, role: 'super_admin' } }),
    schemaOf: (tenantId: string) => `t_${tenantId.replaceAll('-', '')}`,
  };
  return new Proxy(tenants, {
    get: (all, key) => {
      const value = Reflect.get(Reflect.has(own, key) ? own : all, key) as unknown;
      return typeof value === 'function' ? (value.bind(all) as unknown) : value;
    },
  }) as DataTenants;
}

/** What the registry announces when a tenant is to be prepared. */
export function requested(tenantId: string, mode: 'schema' | 'pool', attempt = 1): TenantRequested {
  const facts = { ownerRef: '', ownerPasswordSet: true, region: 'local', timeZone: 'UTC', version: BigInt(attempt) };
  return new TenantRequested({ tenantId, slug: 'a-tenant', name: 'A tenant', mode, attempt, ...facts });
}
