import { Fault } from '@tenantry/kernel';
import { countsRows, limitReached, type Passed } from '../../quotas/quota.js';

/** Says which row of an import is at fault and why. Rows are counted from 1, a CSV header not among them. */
export function importFault(row: number, cause: Fault): Fault {
  const errors = cause.errors.length ? cause.errors : [{ field: '', message: cause.detail }];
  return new Fault('import-refused', {
    detail: `Row ${row}: ${cause.detail}. Nothing was imported`,
    errors: errors.map(({ field, message }) => ({ field: fieldOf(row, field), message })),
    extra: { ...cause.extra, row },
    cause,
  });
}

function fieldOf(row: number, field: string): string {
  const inRow = field.replace(/^\[\d+\]\.?|^body$/, '');
  return inRow ? `rows[${row}].${inRow}` : `rows[${row}]`;
}

/** Something wrong with the whole import, such as its header. */
export function headerFault(field: string, detail: string): Fault {
  return new Fault('import-refused', { field, detail: `${detail}. Nothing was imported` });
}

/**
 * Says at which row an import passes a limit.
 * @param lastRow the number of the last row so far, when each of them was inserted; null when some may have been updated
 */
export function importLimitReached(passed: Passed, table: string, lastRow: number | null): Fault {
  const { quota, used, added } = passed;
  const row = lastRow !== null && countsRows(quota) ? lastRow - Number(used + added) + quota.limit + 1 : null;
  const fault = limitReached(passed, table);
  const detail = `${row === null ? '' : `Row ${row}: `}${fault.detail}. Nothing was imported`;
  return new Fault('limit-reached', { detail, extra: { ...fault.extra, ...(row === null ? {} : { row }) } });
}
