import { performance } from 'node:perf_hooks';

/**
 * Milliseconds in which this process had nothing to do but wait, since it began. A read is measured by them: while the process was busy with
 * other work an answer may have lain there, and a read that seems long under load would be kept from the lanes when they help most.
 */
export function idleMs(): number {
  return performance.eventLoopUtilization().idle;
}
