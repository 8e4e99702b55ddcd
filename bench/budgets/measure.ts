import { setTimeout as pause } from 'node:timers/promises';

/** Works for a while, so many at a time; answers how much was done a second. */
export async function perSecond(
  work: (i: number) => Promise<void>,
  inFlight: number,
  durationMs: number,
): Promise<number> {
  const startedAtMs = performance.now();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - startedAtMs < durationMs) await work(done++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (done / (performance.now() - startedAtMs)) * 1_000;
}

/**
 * Starts work at a fixed rate, whether or not the work before has ended, so that a stall is felt by everybody who would have
 * come meanwhile; answers the milliseconds from when each was due until it called `mark`.
 */
export async function latencyAtRate(
  perSecondWanted: number,
  durationMs: number,
  work: (i: number, mark: () => void) => Promise<void>,
): Promise<number[]> {
  const startedAtMs = performance.now();
  const total = Math.floor((perSecondWanted * durationMs) / 1_000);
  const latencies: number[] = [];
  const running = new Set<Promise<void>>();
  for (let i = 0; i < total;) {
    // The first is due at once.
    const due = Math.min(total, 1 + Math.floor(((performance.now() - startedAtMs) * perSecondWanted) / 1_000));
    for (; i < due; i++) {
      const dueAtMs = startedAtMs + (i * 1_000) / perSecondWanted;
      const one = work(i, () => latencies.push(performance.now() - dueAtMs)).finally(() => running.delete(one));
      running.add(one);
    }
    await pause(1);
  }
  await Promise.all(running);
  return latencies;
}
