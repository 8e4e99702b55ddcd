// Runs in a worker thread, below everybody else: a hash takes a core for as long as it is meant to, and nobody but who signs in is to
// wait for it. No relative imports but of types: Node loads this file as it is in tests.
import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import type { HashingTask } from './hashing-thread.js';

/** Steps of niceness: a tenth of an even share of a busy core, and all that others leave. */
const BELOW = 10;
const LOWEST = 19;

// setpriority(2) is of the calling thread on Linux alone. On macOS it is of the whole process, and so is what Windows has instead.
if (process.platform === 'linux') setPriority(Math.min(LOWEST, getPriority() + BELOW));

const answerTo = (task: HashingTask): string | boolean =>
  task.kind === 'hash' ? hashSync(task.password, task.cost) : verifySync(task.passwordHash, task.password);

parentPort?.on('message', (task: HashingTask) => {
  try {
    parentPort!.postMessage({ answer: answerTo(task) });
  } catch (cause) {
    parentPort!.postMessage({ failure: String(cause) });
  }
});
