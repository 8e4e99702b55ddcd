import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { OutboundHttp } from '@tenantry/service';
import { AgentsSettings } from '../config.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Fresh } from './fresh.js';
import { ModelFault } from './model-fault.js';
import type { ModelProvider } from './model-port.js';
import { listProviderRows, providerKeyPlace, type ProviderRow } from './model-provider.table.js';
import { platformContext, serviceContext } from './platform-context.js';
import { listKeyRows, ownKeyPlace } from './provider-key.table.js';
import type { ProviderConnection, ProviderKind } from './provider-connection.js';
import { LOCAL_PROVIDER } from './put-model-provider.js';

const FRESH_MS = 5_000;
const MAX_TENANTS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** The one key of what is loaded for all. */
const PLATFORM = 'platform';
const LOCAL_TIMEOUT_MS = 60_000;
/** Only the stand-in's own calls may go to loopback, whatever the operator's list says. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** A provider as one tenant reaches it. */
export interface OpenProvider {
  readonly provider: ModelProvider;
  readonly timeoutMs: number;
  /** Of this tenant alone: what one asks for must not keep others from the provider. */
  readonly breaker: CircuitBreaker;
}

type Connected = Omit<OpenProvider, 'breaker'>;

type Adapter = new (connection: ProviderConnection) => ModelProvider;

/** Their clients are large: each is loaded with the first provider that speaks to it. */
const adapters: Readonly<Record<ProviderKind, () => Promise<Adapter>>> = {
  openai: async () => (await import('./openai-provider.js')).OpenAiProvider,
  anthropic: async () => (await import('./anthropic-provider.js')).AnthropicProvider,
};

/** Providers with the key that a tenant's calls go out with: its own where it set one, else the platform's. From memory, at most 5 s old. */
@Injectable()
export class ModelProviders implements OnModuleDestroy {
  private readonly rows: Fresh<readonly ProviderRow[]>;
  private readonly platform: Fresh<ReadonlyMap<string, Connected>>;
  private readonly own: Fresh<ReadonlyMap<string, Connected>>;
  private readonly breakers = new Map<string, CircuitBreaker>();
  private readonly loopback = new OutboundHttp({ networks: LOOPBACK });

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly outbound: OutboundHttp,
    private readonly settings: AgentsSettings,
    private readonly clock: Clock,
  ) {
    const once = { forMs: FRESH_MS, maxKeys: 1 };
    this.rows = new Fresh(clock, () => this.loadRows(), once);
    this.platform = new Fresh(clock, () => this.loadPlatform(), once);
    this.own = new Fresh(clock, (home) => this.loadOwn(home), { forMs: FRESH_MS, maxKeys: MAX_TENANTS });
  }

  /** The provider for a tenant's calls. @throws ModelFault `credentials` when nobody has a key for it */
  async open({ tenantId, cell, mode }: TenantContext, name: string): Promise<OpenProvider> {
    const platform = await this.platform.get(PLATFORM);
    const own =
      name === LOCAL_PROVIDER ? undefined : (await this.own.get(JSON.stringify([tenantId, cell, mode]))).get(name);
    const found = own ?? platform.get(name);
    if (!found) throw new ModelFault('credentials', { cause: `nobody has a key for the provider ${name}` });
    return { ...found, breaker: this.breakerOf(`${tenantId} ${name}`) };
  }

  async onModuleDestroy(): Promise<void> {
    await this.loopback.close();
  }

  private loadRows(): Promise<ProviderRow[]> {
    return listProviderRows({ query: (statement) => this.tenants.query(platformContext(), statement) });
  }

  private async loadPlatform(): Promise<ReadonlyMap<string, Connected>> {
    const withKey = (await this.rows.get(PLATFORM)).filter(({ apiKey }) => apiKey !== null);
    const opened = await Promise.all(
      withKey.map(async (row) => {
        const apiKey = await this.vault.open(PLATFORM_TENANT_ID, providerKeyPlace(row.name), row.apiKey!);
        return [row.name, await this.connect(row, apiKey)] as const;
      }),
    );
    const url = this.settings.LOCAL_MODEL_URL;
    const local = url === undefined ? [] : [[LOCAL_PROVIDER, await this.local(url)] as const];
    return new Map([...opened, ...local]);
  }

  private async loadOwn(home: string): Promise<ReadonlyMap<string, Connected>> {
    const [tenantId, cell, mode] = JSON.parse(home) as [string, string, TenantContext['mode']];
    const ctx = serviceContext(tenantId, { cell, mode });
    const keys = await listKeyRows({ query: (statement) => this.tenants.query(ctx, statement) });
    const rows = new Map((await this.rows.get(PLATFORM)).map((row) => [row.name, row]));
    const opened = await Promise.all(
      keys.map(async ({ provider, apiKey }) => {
        const row = rows.get(provider);
        if (!row) return [];
        const key = await this.vault.open(tenantId, ownKeyPlace(provider), apiKey);
        return [[provider, await this.connect(row, key)] as const];
      }),
    );
    return new Map(opened.flat());
  }

  private async connect({ kind, baseUrl, timeoutMs }: ProviderRow, apiKey: string): Promise<Connected> {
    const Adapter = await adapters[kind]();
    return { provider: new Adapter({ baseUrl, apiKey, fetch: fetchBy(this.outbound) }), timeoutMs };
  }

  private async local(baseUrl: string): Promise<Connected> {
    const Adapter = await adapters.openai();
    const provider = new Adapter({ baseUrl, apiKey: LOCAL_PROVIDER, fetch: fetchBy(this.loopback) });
    return { provider, timeoutMs: LOCAL_TIMEOUT_MS };
  }

  private breakerOf(key: string): CircuitBreaker {
    const breaker = this.breakers.get(key) ?? new CircuitBreaker(this.clock);
    this.breakers.delete(key);
    this.breakers.set(key, breaker);
    if (this.breakers.size > MAX_TENANTS) this.breakers.delete(this.breakers.keys().next().value!);
    return breaker;
  }
}

/** The one way out, as the clients of providers want it. */
function fetchBy(outbound: OutboundHttp): typeof globalThis.fetch {
  const fetch = (url: string, init?: Parameters<OutboundHttp['fetch']>[1]) =>
    outbound.fetch(url, init, MAX_ANSWER_BYTES);
  return fetch as unknown as typeof globalThis.fetch;
}
