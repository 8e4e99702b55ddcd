import type { TenantContext } from '@tenantry/kernel';
import { type DoorParts, actorSettings, observed, readInBatches, readInOneFlight } from './door.js';
import { commitOne, runTransaction } from './run-transaction.js';
import type { Sql } from './sql.js';
import type { Transaction } from './transaction.js';
import type { Step } from './wire/flight.js';
import {
  DEFAULT_SHAPE,
  type Settings,
  type Shape,
  searchPathText,
  settingStep,
  statementStep,
  tenantInSchemaStep,
  tenantStep,
} from './wire/steps.js';

/** How a statement enters the database, besides its tenant. */
export interface Access {
  /** The NOLOGIN role of a schema-mode tenant. */
  readonly role?: string;
  /** Schemas to look in, unquoted. */
  readonly searchPath?: readonly string[];
  /** Below the door's own limit. */
  readonly statementTimeoutMs?: number;
  /** Sets `app.actor_id` and `app.actor_role` for a read, for policies that look at them. Transactions always do. */
  readonly actor?: boolean;
  /** Version of the tables' columns: a statement prepared for one shape is not used for another. */
  readonly shape?: string;
}

/** The door to tenant tables: Postgres shows and accepts the rows of `ctx.tenantId` and no others. */
export abstract class TenantDatabase {
  /** One read-only statement: tenant and statement travel in one flight. */
  abstract query<T extends object>(ctx: TenantContext, statement: Sql, access?: Access): Promise<T[]>;

  /**
   * One statement in its own commit, all of it in one flight: for hot paths that publish nothing. It claims no
   * Idempotency-Key, so a request that has one takes a transaction.
   * @throws Fault `tenant-suspended` when the tenant may not write
   */
  abstract write<T extends object>(ctx: TenantContext, statement: Sql): Promise<T[]>;

  /**
   * Several statements in one commit, together with their events and the idempotent answer.
   * @throws Fault `tenant-suspended` when the tenant may not write, at begin or at commit
   * @throws IdempotentReplay when this request was answered before
   */
  abstract transaction<T>(ctx: TenantContext, work: (tx: Transaction) => Promise<T>, access?: Access): Promise<T>;

  /** The rows of one read-only statement in batches, in constant memory. Ending the loop early ends the statement. */
  abstract stream<T extends object>(
    ctx: TenantContext,
    statement: Sql,
    batchRows?: number,
    access?: Access,
  ): AsyncIterable<T[]>;
}

/** The door itself; only `openDoors` makes it. */
export class PostgresTenantDatabase extends TenantDatabase {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    super();
    this.#parts = parts;
  }

  override query<T extends object>(ctx: TenantContext, statement: Sql, access?: Access): Promise<T[]> {
    const { cells, observe } = this.#parts;
    const step = statementStep(statement, access && shapeOf(access));
    const done = observe?.({ door: 'tenant', kind: 'query', tenantId: ctx.tenantId, text: step.text });
    return observed(done, readInOneFlight(cells.pool(ctx.cell), ctx, enterStep(ctx, access), step)) as Promise<T[]>;
  }

  override write<T extends object>(ctx: TenantContext, statement: Sql): Promise<T[]> {
    if (ctx.idempotency) {
      throw new TypeError('a request with an Idempotency-Key is answered in a transaction');
    }
    const { cells, observe } = this.#parts;
    const step = statementStep(statement);
    const settings = { 'app.tenant_id': ctx.tenantId, ...actorSettings(ctx) };
    const done = observe?.({ door: 'tenant', kind: 'transaction', tenantId: ctx.tenantId, text: step.text });
    return observed(done, commitOne(cells, { ctx, settings }, step)) as Promise<T[]>;
  }

  override transaction<T>(ctx: TenantContext, work: (tx: Transaction) => Promise<T>, access: Access = {}): Promise<T> {
    const { service, cells, observe } = this.#parts;
    const { tenantId } = ctx;
    const settings = { 'app.tenant_id': tenantId, ...actorSettings(ctx) };
    const plan = { service, tenantId, ctx, settings, place: placeOf(access), shape: shapeOf(access) };
    const done = observe?.({ door: 'tenant', kind: 'transaction', tenantId, text: null });
    return observed(done, runTransaction(cells, ctx.cell, plan, work));
  }

  override stream<T extends object>(
    ctx: TenantContext,
    statement: Sql,
    batchRows?: number,
    access: Access = {},
  ): AsyncIterable<T[]> {
    const settings = { 'app.tenant_id': ctx.tenantId, ...actorSettings(ctx), ...placeOf(access) };
    return readInBatches(this.#parts.cells.pool(ctx.cell), settings, statement, ctx.signal, batchRows);
  }
}

/** Says who asks, with as few settings as the access needs. */
function enterStep(ctx: TenantContext, access: Access | undefined): Step {
  if (!access) {
    return tenantStep(ctx.tenantId);
  }
  const { role, searchPath, statementTimeoutMs, actor } = access;
  if (role !== undefined && searchPath && statementTimeoutMs === undefined && !actor) {
    return tenantInSchemaStep(ctx.tenantId, role, searchPathText(searchPath));
  }
  return settingStep({ 'app.tenant_id': ctx.tenantId, ...(actor ? actorSettings(ctx) : {}), ...placeOf(access) });
}

function placeOf({ role, searchPath, statementTimeoutMs }: Access): Settings {
  return {
    ...(role === undefined ? {} : { role }),
    ...(searchPath ? { search_path: searchPathText(searchPath) } : {}),
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: String(Math.trunc(statementTimeoutMs)) }),
  };
}

/** A plan belongs to a role and a search path: tenants in schemas of their own don't share one. */
function shapeOf({ role, searchPath, shape }: Access): Shape {
  if (role === undefined && !searchPath && !shape) {
    return DEFAULT_SHAPE;
  }
  return { key: `${[role, searchPath?.join(), shape].join('|')}|` };
}
