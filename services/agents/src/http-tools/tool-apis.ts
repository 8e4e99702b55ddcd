import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Fresh } from '../models/fresh.js';
import { platformContext, serviceContext } from '../models/platform-context.js';
import { reading } from '../rows.js';
import { apiOf, type HttpTool } from './http-tool.js';
import { hostOf, type ToolApi } from './tool-api.js';
import { findHosts, listApiRows } from './tool-api.table.js';

/** A tool with the API that it is called at. */
export interface ApiTool {
  readonly tool: HttpTool;
  readonly api: ToolApi;
  /** Whose API it is: the tenant's, or the platform's. Its secret is sealed for that tenant. */
  readonly ownerId: string;
}

const FRESH_MS = 5_000;
/** A tenant's APIs are at most ten of 128 KiB. */
const MAX_TENANTS = 200;
const PLATFORM = 'platform';

/** The APIs that tenants' agents may call, from memory and at most five seconds old. */
@Injectable()
export class ToolApis {
  private readonly platform: Fresh<readonly ToolApi[]>;
  private readonly own: Fresh<readonly ToolApi[]>;

  constructor(
    private readonly tenants: TenantDatabase,
    clock: Clock,
  ) {
    this.platform = new Fresh(clock, () => listApiRows(reading(tenants, platformContext())), {
      forMs: FRESH_MS,
      maxKeys: 1,
    });
    this.own = new Fresh(clock, (home) => this.load(home), { forMs: FRESH_MS, maxKeys: MAX_TENANTS });
  }

  /** What the platform offers to all. */
  offered(): Promise<readonly ToolApi[]> {
    return this.platform.get(PLATFORM);
  }

  /** Every tool that the tenant's agents can have. */
  async all(ctx: TenantContext): Promise<ApiTool[]> {
    const [offered, own] = await Promise.all([this.offered(), this.ownOf(ctx)]);
    return [...toolsOf(offered, PLATFORM_TENANT_ID), ...toolsOf(own, ctx.tenantId)];
  }

  /** The tool of a name. What the platform offers goes before a tenant's own of the same name. */
  async find(name: string, ctx: TenantContext): Promise<ApiTool | undefined> {
    const wanted = apiOf(name);
    if (wanted === null) return undefined;
    const offered = (await this.offered()).find((api) => api.name === wanted);
    const api = offered ?? (await this.ownOf(ctx)).find((one) => one.name === wanted);
    const tool = api?.tools.find((one) => one.name === name);
    return api && tool ? { tool, api, ownerId: offered ? PLATFORM_TENANT_ID : ctx.tenantId } : undefined;
  }

  /** Lets go of what was read, because it has changed: here that counts at once, elsewhere within five seconds. */
  forget(ctx: TenantContext): void {
    if (ctx.tenantId === PLATFORM_TENANT_ID) this.platform.forget(PLATFORM);
    this.own.forget(homeOf(ctx));
  }

  private ownOf(ctx: TenantContext): Promise<readonly ToolApi[]> {
    return this.own.get(homeOf(ctx));
  }

  /** The tenant's APIs, without those whose host was taken from its list. */
  private async load(home: string): Promise<readonly ToolApi[]> {
    const [tenantId, cell, mode] = JSON.parse(home) as [string, string, TenantContext['mode']];
    const rows = reading(this.tenants, serviceContext(tenantId, { cell, mode }));
    const [apis, hosts] = await Promise.all([listApiRows(rows), findHosts(rows)]);
    return apis.filter((api) => hosts.includes(hostOf(api)));
  }
}

function homeOf({ tenantId, cell, mode }: TenantContext): string {
  return JSON.stringify([tenantId, cell, mode]);
}

function toolsOf(apis: readonly ToolApi[], ownerId: string): ApiTool[] {
  return apis.flatMap((api) => api.tools.map((tool) => ({ tool, api, ownerId })));
}
