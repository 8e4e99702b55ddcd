import { Fault, type TenantContext } from '@tenantry/kernel';
import { type DoorParts, actorSettings, observed, readInBatches, readInOneFlight } from './door.js';
import { HOME_CELL } from './home-cell.js';
import { runTransaction } from './run-transaction.js';
import type { Sql } from './sql.js';
import type { Transaction } from './transaction.js';
import { DEFAULT_SHAPE, type Settings, settingStep, statementStep } from './wire/steps.js';

/**
 * The door to person tables: rows of one person, whichever tenants they belong to. The person is `ctx.actor.id` of a
 * user, or the one named.
 * @throws Fault `forbidden` when the actor is not a user and no person is named
 */
export abstract class PersonDatabase {
  abstract query<T extends object>(ctx: TenantContext, statement: Sql, personId?: string): Promise<T[]>;
  abstract transaction<T>(ctx: TenantContext, work: (tx: Transaction) => Promise<T>, personId?: string): Promise<T>;
  abstract stream<T extends object>(
    ctx: TenantContext,
    statement: Sql,
    batchRows?: number,
    personId?: string,
  ): AsyncIterable<T[]>;
}

/** The door itself; only `openDoors` makes it. Persons live on the home cell. */
export class PostgresPersonDatabase extends PersonDatabase {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    super();
    this.#parts = parts;
  }

  override query<T extends object>(ctx: TenantContext, statement: Sql, personId = personOf(ctx)): Promise<T[]> {
    const { cells, observe } = this.#parts;
    const step = statementStep(statement);
    const enter = settingStep({ 'app.tenant_id': ctx.tenantId, 'app.person_id': personId });
    const done = observe?.({ door: 'person', kind: 'query', tenantId: ctx.tenantId, text: step.text });
    return observed(done, readInOneFlight(cells.home, ctx, enter, step)) as Promise<T[]>;
  }

  override transaction<T>(
    ctx: TenantContext,
    work: (tx: Transaction) => Promise<T>,
    personId = personOf(ctx),
  ): Promise<T> {
    const { service, cells, observe } = this.#parts;
    const { tenantId } = ctx;
    const plan = { service, tenantId, ctx, settings: settingsOf(ctx, personId), place: {}, shape: DEFAULT_SHAPE };
    const done = observe?.({ door: 'person', kind: 'transaction', tenantId, text: null });
    return observed(done, runTransaction(cells, HOME_CELL, plan, work));
  }

  override stream<T extends object>(
    ctx: TenantContext,
    statement: Sql,
    batchRows?: number,
    personId = personOf(ctx),
  ): AsyncIterable<T[]> {
    return readInBatches(this.#parts.cells.home, settingsOf(ctx, personId), statement, ctx.signal, batchRows);
  }
}

function personOf(ctx: TenantContext): string {
  if (ctx.actor.kind !== 'user') {
    throw new Fault('forbidden', { detail: 'Only a signed-in person has personal data here' });
  }
  return ctx.actor.id;
}

function settingsOf(ctx: TenantContext, personId: string): Settings {
  return { 'app.tenant_id': ctx.tenantId, 'app.person_id': personId, ...actorSettings(ctx) };
}
