import { parentPort, workerData } from 'node:worker_threads';

/**
 * The thread that says how much of a schedule is due. It sleeps between beats, to fractions of a millisecond: a timer of the
 * event loop is a whole one late, and a loop that waits by spinning takes a core from what is measured.
 */
const { perSecond, total } = workerData as { readonly perSecond: number; readonly total: number };
const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const startedAtMs = nowMs();
for (let due = 0; due < total;) {
  Atomics.wait(nobody, 0, 0, Math.max(0, startedAtMs + (due * 1_000) / perSecond - nowMs()));
  due = Math.max(due, Math.min(total, 1 + Math.floor(((nowMs() - startedAtMs) * perSecond) / 1_000)));
  parentPort!.postMessage({ startedAtMs, due });
}
