import type { Operation } from '@tenantry/contracts';
import { isExpectedToSucceed } from './words.js';
import type { Tally } from './run.js';

/** Prints one line an operation. */
export function printSummary(operations: readonly Operation[], tallies: ReadonlyMap<string, Tally>): void {
  console.log(line('operation', ['runs', 'valid 2xx', '4xx', '503', 'failures']));
  for (const operation of operations) {
    const { runs, valid, succeeded, refused, unavailable, failures } = tallies.get(operation.name)!;
    const percent = valid === 0 ? '-' : `${Math.round((100 * succeeded) / valid)} %`;
    const shown = isExpectedToSucceed(operation) ? percent : `(${percent})`;
    console.log(line(operation.name, [runs, shown, refused, unavailable, failures.length]));
  }
}

function line(name: string, cells: readonly (string | number)[]): string {
  return name.padEnd(28) + cells.map((cell) => String(cell).padStart(10)).join('');
}
