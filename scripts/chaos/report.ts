import type { ChaosReport, Shaken } from './run.js';

const SHOWN_PROBLEMS = 40;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

/** Prints one fault as it is over. */
export function printShaken({ fault, brokenMs, recoveredMs, counts }: Shaken): void {
  const cells = [seconds(brokenMs), recoveredMs === null ? 'never' : seconds(recoveredMs)];
  const counted = [counts.accepted, counts.unavailable, counts.unreachable].map(String);
  console.log(line(fault, [...cells, ...counted]));
}

/** Prints the table and what did not hold. */
export function printReport({ shaken, problems, rows, entries, tenants, tookMs }: ChaosReport): void {
  console.log(`\n${line('fault', ['broken for', 'recovered', 'accepted', '503', 'no answer'])}`);
  shaken.forEach(printShaken);
  console.log(
    `\n${rows} rows, ${entries} audit entries of their changes, caught up ${seconds(tookMs)} after the load ended`,
  );
  console.log(`tenants asked for meanwhile: ${tenants.active} active, ${tenants.failed} given up`);
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) console.log(`✗ ${problem}`);
  console.log(problems.length === 0 ? 'everything held' : `${problems.length} did not hold`);
}

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(20) + cells.map((cell) => cell.padStart(12)).join('');
}
