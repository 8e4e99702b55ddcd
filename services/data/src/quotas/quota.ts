import { Fault } from '@tenantry/kernel';
import { isPerMonth, type Quota, STORAGE_QUOTA, type TableQuotas } from '@tenantry/messaging';
import type { TableCount } from './count.table.js';

/** A quota that a transaction has passed. */
export interface Passed {
  readonly quota: Quota;
  /** What was used before it, and what it adds. */
  readonly used: bigint;
  readonly added: bigint;
}

/** Whether anything could be refused at all. */
export function isLimited({ rows, rowsPerMonth, storageBytes }: TableQuotas): boolean {
  return rows !== null || rowsPerMonth !== null || storageBytes !== null;
}

/**
 * The first quota that a transaction has passed, of those to which it has added: who is over a limit already, because the plan became smaller,
 * may still change and delete.
 */
export function passedQuota(quotas: TableQuotas, table: string, counts: readonly TableCount[]): Passed | null {
  const own = counts.find((count) => count.table === table);
  const inTable = own
    ? [passed(quotas.rows, own.rows, own.ownRows), passed(quotas.rowsPerMonth, own.inserted, own.ownInserted)]
    : [];
  const sum = (count: (one: TableCount) => bigint): bigint => counts.reduce((total, one) => total + count(one), 0n);
  const inAll = passed(
    quotas.storageBytes,
    sum(({ bytes }) => bytes),
    sum(({ ownBytes }) => ownBytes),
  );
  return [...inTable, inAll].find((one) => one !== null) ?? null;
}

function passed(quota: Quota | null, total: bigint, added: bigint): Passed | null {
  return quota !== null && added > 0n && total > quota.limit ? { quota, used: total - added, added } : null;
}

/** Whether a quota counts rows, not bytes. */
export function countsRows({ feature }: Quota): boolean {
  return feature !== STORAGE_QUOTA;
}

/** The SQLSTATE that clients of PostgREST are told: configuration_limit_exceeded. */
const SQLSTATE = '53400';

/** The refusal: which limit, how far it is used, and what to do. */
export function limitReached({ quota, used, added }: Passed, table: string): Fault {
  const { feature, limit } = quota;
  const isMonthly = isPerMonth(quota);
  const what = isMonthly ? `new rows a month in ${table}` : countsRows(quota) ? `rows in ${table}` : 'bytes of rows';
  const wayOut = isMonthly ? 'wait for the next month' : 'delete some';
  return new Fault('limit-reached', {
    detail: `The plan allows ${limit} ${what} (${feature}), ${used} are used and this would add ${added}: ${wayOut} or change the plan`,
    extra: { code: SQLSTATE, feature, limit, used: Number(used), added: Number(added) },
  });
}
