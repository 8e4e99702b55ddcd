import { Worker } from 'node:worker_threads';

/** What is done again and again; rejects when it failed. */
export type Work = (i: number) => Promise<unknown>;

/** What came of work at a fixed rate. */
export interface Paced {
  /** From when each was due until it was done; without those that failed. */
  readonly latenciesMs: readonly number[];
  /** From when each was due until it was started: what the generator itself adds. */
  readonly lateMs: readonly number[];
  readonly errors: number;
  /** Why the first of them failed. */
  readonly firstError: string | null;
}

/** More than any system has unanswered that keeps up, and fewer than files may be open. */
const MAX_IN_FLIGHT = 5_000;

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Closed loop: works for a while, so many at a time, each after the one before; answers how much was done a second. */
export async function perSecond(work: Work, inFlight: number, durationMs: number): Promise<number> {
  const startedAtMs = nowMs();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (nowMs() - startedAtMs < durationMs) await work(done++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (done / (nowMs() - startedAtMs)) * 1_000;
}

/**
 * Open loop: starts work at a fixed rate, whether or not the work before has ended. Latency counts from when a work was due, so a
 * stall is felt by everybody who would have come meanwhile and is not hidden by nobody asking (coordinated omission).
 * @throws Error when thousands are unanswered: what is measured then is the queue
 */
export async function atRate(perSecondWanted: number, durationMs: number, work: Work): Promise<Paced> {
  const total = Math.max(1, Math.floor((perSecondWanted * durationMs) / 1_000));
  const [latenciesMs, lateMs] = [[] as number[], [] as number[]];
  const running = new Set<Promise<void>>();
  let [errors, firstError] = [0, null as string | null];
  const fail = (error: unknown): void => {
    errors += 1;
    firstError ??= String(error);
  };
  const start = (i: number, dueAtMs: number): void => {
    lateMs.push(nowMs() - dueAtMs);
    const one = work(i)
      .then(() => void latenciesMs.push(nowMs() - dueAtMs), fail)
      .finally(() => running.delete(one));
    running.add(one);
  };
  await onSchedule(perSecondWanted, total, (i, dueAtMs) => {
    if (running.size === MAX_IN_FLIGHT) throw new Error(`${MAX_IN_FLIGHT} are unanswered at ${perSecondWanted}/s`);
    start(i, dueAtMs);
  });
  await Promise.all(running);
  return { latenciesMs, lateMs, errors, firstError };
}

/** Calls once for each beat of a schedule, with when it was due. */
async function onSchedule(rate: number, total: number, beat: (i: number, dueAtMs: number) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const metronome = new Worker(new URL('metronome.ts', import.meta.url), { workerData: { perSecond: rate, total } });
  let next = 0;
  metronome.on('error', reject);
  metronome.on('message', ({ startedAtMs, due }: { startedAtMs: number; due: number }) => {
    try {
      for (; next < due; next++) beat(next, startedAtMs + (next * 1_000) / rate);
      if (next === total) resolve();
    } catch (error) {
      reject(error as Error);
    }
  });
  await promise.finally(() => metronome.terminate());
}
