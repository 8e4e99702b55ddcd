import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from './run.js';

const FILE = join(import.meta.dirname, 'regressions.json');

/** Cases that once failed, each as small as it could be made. They are sent again by every run, for ever. */
export function regressions(): readonly Failure[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Failure[];
}

/** Keeps cases that failed, for the next runs and for whoever mends what they show. @returns how many are new */
export function keep(failures: readonly Failure[]): number {
  const known = regressions();
  const isKnown = (failure: Failure): boolean =>
    known.some((one) => JSON.stringify(one.case) === JSON.stringify(failure.case));
  const added = failures.filter((failure) => !isKnown(failure));
  if (added.length > 0) writeFileSync(FILE, `${JSON.stringify([...known, ...added], null, 2)}\n`);
  return added.length;
}
