import type { TenantContext } from '@tenantry/kernel';
import type { EntitySchema } from 'typeorm';
import type { RowChange } from './messages/row-change.js';
import type { Sql } from './sql.js';

/** A table's rows as TypeORM sees them: a decorated class or an EntitySchema, without relations. */
export type RowType<R extends object> = (new () => R) | EntitySchema<R>;

/** Columns that must equal a value; `null` means `is null`, an array means any of. */
export type RowMatch<R> = { readonly [K in keyof R]?: R[K] | readonly R[K][] | null };

export interface FindOptions<R> {
  readonly orderBy?: { readonly [K in keyof R]?: 'asc' | 'desc' };
  readonly limit?: number;
  readonly offset?: number;
}

export interface PublishOptions {
  /** One entry for each row that changed; what the audit log records. Split over several events beyond 200. */
  readonly changes?: readonly RowChange[];
  /** The platform acting on a tenant: the event goes to that tenant instead of the transaction's own. */
  readonly tenantId?: string;
}

/** What a handler does inside one commit. Made by a door, dead when its `work` has ended. */
export interface Transaction {
  /** Whose rows are visible, and whose trail its events go to unless they say otherwise. */
  readonly tenantId: string;
  /** The service whose schema holds the outbox and inbox. */
  readonly service: string;
  /** The request that it serves; null for what the service does by itself. */
  readonly ctx: TenantContext | null;

  /** All rows of one statement. */
  query<T extends object>(statement: Sql): Promise<T[]>;
  /** The first row, if any. */
  one<T extends object>(statement: Sql): Promise<T | undefined>;
  /**
   * The rows of each of several statements, sent in one flight: one wait instead of one each. They run in their order; when one fails
   * those after it do not run, and the failure is that of all.
   */
  queryAll(statements: readonly Sql[]): Promise<object[][]>;
  /** Runs a statement for its effect; answers how many rows it touched. */
  execute(statement: Sql): Promise<number>;

  /**
   * A statement for the very end: it rides in the flight that commits, after the work. Nobody sees what it answers; what must hold it
   * raises itself, and then nothing is kept.
   */
  finish(statement: Sql): void;

  /** Inserts one row or many; `tenantId` is filled in when the row type has it. */
  insert<R extends object>(row: RowType<R>, values: Partial<R> | readonly Partial<R>[]): Promise<void>;
  findOne<R extends object>(row: RowType<R>, key: RowMatch<R>): Promise<R | undefined>;
  find<R extends object>(row: RowType<R>, where?: RowMatch<R>, options?: FindOptions<R>): Promise<R[]>;

  /** Announces an event; written to the outbox with the commit, so it leaves if and only if the change is kept. */
  publish(event: object, options?: PublishOptions): void;
  /**
   * Sets (or with `null` removes) a directory entry, put into the NATS bucket by the relay if and only if the change is
   * kept. `version` grows with every change of the entry; an older one never overwrites a newer one.
   */
  project(bucket: string, key: string, value: unknown, version: bigint | number): void;

  /** Work that may fail without failing the transaction: its rows, events and entries are undone together. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
}
