import { Injectable } from '@nestjs/common';
import { sql, type Sql, StatementError, TenantDatabase, type Transaction, Vault } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, type AgentEntry } from '@tenantry/messaging';
import { HealthDataGate } from '../agreements/health-data-gate.js';
import { narrowToAgent } from '../access/narrow-to-agent.js';
import { memberOf } from '../access/principal.js';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import type { TableDefinition } from '../tables/table-definition.js';
import { POOL_ROLE, POOL_SCHEMA } from './space.js';
import { type PlacedTable, TableSpace } from './table-space.js';

const MAX_TENANTS = 2_000;
/** How often tables may change under one request before it gives up. */
const MAX_TRIES = 4;

/** The tables have changed since the statement was made for them. */
class StaleSpace extends Error {}

/** Whether the tables are still at the version that a statement found. */
export function isCurrent(space: TableSpace, version: string | bigint): boolean {
  return String(version) === space.version;
}

/** @throws what `Catalog.use` takes as a reason to try again, when Postgres saw another version than was used */
export function requireCurrent(space: TableSpace, version: string | bigint): void {
  if (!isCurrent(space, version)) {
    throw new StaleSpace(`tables are at version ${version}, not ${space.version}`);
  }
}

interface SpaceRow {
  readonly mode: 'pool' | 'schema';
  readonly schemaName: string | null;
  readonly version: bigint;
  readonly productVersion: bigint;
  readonly definitions: readonly TableDefinition[];
  readonly hasValueIndex: boolean;
}

/**
 * The tables of each tenant, kept in memory. A statement of the row API says which version Postgres saw, so a stale
 * entry is found out by the statement that used it.
 */
@Injectable()
export class Catalog {
  readonly #spaces = new Map<string, TableSpace>();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly products: ProductDefinitions,
    private readonly vault: Vault,
    private readonly directories: Directories,
    /** What rows must pass that bring health information in. */
    readonly gate: HealthDataGate,
  ) {}

  /** The tenant's tables as last known. @throws Fault `not-found` for a tenant without a data space */
  async spaceOf(ctx: TenantContext): Promise<TableSpace> {
    const known = this.#spaces.get(ctx.tenantId);
    if (!known) {
      return this.reload(ctx);
    }
    this.#spaces.delete(ctx.tenantId);
    this.#spaces.set(ctx.tenantId, known);
    return known;
  }

  /**
   * Runs work on the tenant's tables as last known, and again when they turn out to have changed: the work found out
   * itself, or it failed in a way that a change of the tables explains.
   */
  async use<T>(ctx: TenantContext, work: (space: TableSpace) => Promise<T>): Promise<T> {
    let space = await this.spaceOf(ctx);
    for (let tries = 1; ; tries++) {
      try {
        return await work(this.asSeenBy(ctx, space));
      } catch (error) {
        if (!mayBeStale(error) || tries === MAX_TRIES) {
          throw error instanceof StaleSpace
            ? new Fault('conflict', { detail: 'The tables are being changed; try again', cause: error })
            : error;
        }
        const current = await this.reload(ctx);
        if (current.version === space.version && !(error instanceof StaleSpace)) {
          throw error;
        }
        space = current;
      }
    }
  }

  /** The tables with what the caller may do in them: support no others than its grant covers, an agent no more than its configuration in force says. */
  private asSeenBy(ctx: TenantContext, space: TableSpace): TableSpace {
    if (ctx.grant) return space.coveredBy(ctx.grant);
    if (ctx.actor.kind !== 'agent') return space;
    const agent = this.directories.agents.get(ctx.actor.id);
    const isOwn = agent?.tenantId === ctx.tenantId;
    return narrowToAgent(space, isOwn ? this.withoutHealthData(ctx, agent) : null, memberOf(ctx));
  }

  /** Without an agreement in force no agent sees or writes health information, whatever its configuration says. */
  private withoutHealthData({ tenantId }: TenantContext, agent: AgentEntry): AgentEntry {
    if (this.gate.isOpen(tenantId)) return agent;
    return { ...agent, dataClasses: agent.dataClasses.filter((one) => one !== 'phi') };
  }

  /** The tenant's tables as they are now. */
  async reload(ctx: TenantContext): Promise<TableSpace> {
    const [row] = await this.tenants.query<SpaceRow>(ctx, spaceOf(ctx.tenantId));
    if (!row) {
      throw new Fault('not-found');
    }
    const space = placeTables(row, await this.products.at(row.productVersion));
    this.vault.forget(ctx.tenantId); // the version changes with the tenant's keys as well
    this.#spaces.set(ctx.tenantId, space);
    const [oldest] = this.#spaces.keys();
    if (this.#spaces.size > MAX_TENANTS && oldest !== undefined) {
      this.#spaces.delete(oldest);
    }
    return space;
  }
}

function spaceOf(tenantId: string): Sql {
  return sql`
    select mode, schema_name as "schemaName", version, product_version as "productVersion", has_value_index as "hasValueIndex",
      (select coalesce(jsonb_agg(d.definition order by d.name), '[]') from data.table_definition d
       where d.tenant_id = ${tenantId}) as definitions
    from data.space where tenant_id = ${tenantId}`;
}

/** A tenant's tables as one transaction sees them; undefined for a tenant without a data space. */
export async function readSpace(
  tx: Transaction,
  tenantId: string,
  products: ProductDefinitions,
): Promise<TableSpace | undefined> {
  const row = await tx.one<SpaceRow>(spaceOf(tenantId));
  return row && placeTables(row, await products.at(row.productVersion));
}

/** Whether a failure could come from names or types that are not what they were. */
function mayBeStale(error: unknown): boolean {
  return (
    error instanceof StaleSpace ||
    error instanceof StatementError ||
    (error instanceof Fault && STALE_REASONS.has(error.reason))
  );
}

const STALE_REASONS: ReadonlySet<string> = new Set([
  'not-found',
  'malformed-request',
  'forbidden',
  'invalid-input',
  'not-null-violation',
  'agreement-missing',
]);

function placeTables(
  { mode, schemaName, version, definitions, hasValueIndex }: SpaceRow,
  products: readonly TableDefinition[],
): TableSpace {
  const productSchema = mode === 'pool' ? POOL_SCHEMA : schemaName!;
  const place =
    (schema: string) =>
    (definition: TableDefinition): PlacedTable => ({ schema, definition });
  const tables = [...products.map(place(productSchema)), ...definitions.map(place(schemaName ?? productSchema))];
  return new TableSpace(String(version), schemaName ?? POOL_ROLE, tables, hasValueIndex);
}
