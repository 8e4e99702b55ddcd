import type { KeyRotation as KeyRotationMessage } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { isEncrypted } from '../tables/table-definition.js';

/** A replacement of a tenant's keys while its rows are sealed again, table by table in the order of their keys. */
export interface KeyRotation {
  readonly id: string;
  readonly keyVersion: number;
  readonly indexKeyVersion: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** Nothing is done before. */
  readonly notBefore: Date;
  /** From 1: tables are gone through again until a pass finds nothing. */
  readonly pass: number;
  readonly passRows: bigint;
  /** Where the pass is: null at its start. */
  readonly tableName: string | null;
  readonly afterKey: readonly string[] | null;
  readonly tablesTotal: number;
  readonly tablesDone: number;
  readonly rowsDone: bigint;
}

/** One batch of rows: how many were sealed again, and the key of the last one looked at; null at the end of the table. */
export interface BatchDone {
  readonly rows: number;
  readonly lastKey: readonly string[] | null;
}

/**
 * Whoever began to write before the keys were replaced has ended by then: longer than a statement and its transaction may last.
 * Only a pass after that is the last one.
 */
const SETTLE_MS = 60_000;

/** After the names of all tables. */
const END = '~';

export function startRotation(
  versions: Pick<KeyRotation, 'keyVersion' | 'indexKeyVersion'>,
  tables: readonly PlacedTable[],
  now: Date,
): KeyRotation {
  return {
    id: newId(now),
    ...versions,
    startedAt: now,
    finishedAt: null,
    notBefore: now,
    pass: 1,
    passRows: 0n,
    tableName: null,
    afterKey: null,
    tablesTotal: tables.length,
    tablesDone: 0,
    rowsDone: 0n,
  };
}

/** The tables that have something to seal, by name. */
export function encryptedTables(space: TableSpace): readonly PlacedTable[] {
  return [...space.tables]
    .filter(({ definition }) => definition.columns.some(isEncrypted))
    .toSorted((one, other) => (one.definition.name < other.definition.name ? -1 : 1));
}

/** The table that the next batch is of; undefined at the end of the pass. One that was dropped is passed over. */
export function nextTable(rotation: KeyRotation, tables: readonly PlacedTable[]): PlacedTable | undefined {
  return tables.find(({ definition }) => rotation.tableName === null || definition.name >= rotation.tableName);
}

/** The rotation after a batch of a table; `next` is the table after it. */
export function afterBatch(
  rotation: KeyRotation,
  table: string,
  next: string | undefined,
  batch: BatchDone,
): KeyRotation {
  const rows = BigInt(batch.rows);
  const counted = { ...rotation, rowsDone: rotation.rowsDone + rows, passRows: rotation.passRows + rows };
  if (batch.lastKey) {
    return { ...counted, tableName: table, afterKey: batch.lastKey };
  }
  const tablesDone = rotation.pass === 1 ? rotation.tablesDone + 1 : rotation.tablesDone;
  return { ...counted, tablesDone, tableName: next ?? END, afterKey: null };
}

/** The rotation after a pass: finished when that one, which began when all had settled, found nothing; else before another one. */
export function afterPass(rotation: KeyRotation, tablesTotal: number, now: Date): KeyRotation {
  const settledAt = new Date(rotation.startedAt.getTime() + SETTLE_MS);
  const whole = { ...rotation, tablesTotal, tablesDone: tablesTotal };
  if (rotation.pass > 1 && rotation.passRows === 0n) {
    return { ...whole, finishedAt: now };
  }
  const notBefore = now > settledAt ? now : settledAt;
  return { ...whole, pass: rotation.pass + 1, passRows: 0n, tableName: null, afterKey: null, notBefore };
}

/** A rotation as the contract spells it. */
export function rotationMessage(rotation: KeyRotation): KeyRotationMessage {
  const { id, keyVersion, tablesTotal, tablesDone, rowsDone, startedAt, finishedAt, pass } = rotation;
  const state = finishedAt ? 'done' : pass > 1 ? 'settling' : 'running';
  return { id, keyVersion, state, tablesTotal, tablesDone, rowsDone, startedAt, finishedAt };
}
