import { Worker } from 'node:worker_threads';
import { type Examined, Examiner } from './examine.js';

/** Pieces that a thread may have before it: it need not wait for the next one. */
const PIECES_A_THREAD = 2;

// Tests run the TypeScript source, which Node itself loads in the thread.
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './examine-worker.ts' : './examine-worker.js',
  import.meta.url,
);

/** Examines pieces of an export, in their order. @param threads that do it beside this one; with 0 this one does */
export async function* examineAll(
  pieces: AsyncIterable<Buffer<ArrayBuffer>>,
  threads: number,
): AsyncGenerator<Examined, void> {
  if (threads > 0) return yield* examineInThreads(pieces, threads);
  const examiner = new Examiner();
  for await (const piece of pieces) yield examiner.examine(piece);
}

async function* examineInThreads(
  pieces: AsyncIterable<Buffer<ArrayBuffer>>,
  threads: number,
): AsyncGenerator<Examined, void> {
  await using stack = new AsyncDisposableStack();
  const workers = Array.from({ length: threads }, () => stack.adopt(new ExaminerThread(), (one) => one.stop()));
  const running: Promise<Examined>[] = [];
  let next = 0;
  for await (const piece of pieces) {
    running.push(workers[next++ % threads]!.examine(piece));
    if (running.length >= threads * PIECES_A_THREAD) yield await running.shift()!;
  }
  for (const one of running) yield await one;
}

/** One thread; it answers in the order in which it was asked. */
class ExaminerThread {
  private readonly worker = new Worker(workerFile);
  private readonly asked: PromiseWithResolvers<Examined>[] = [];
  private failed: Error | null = null;

  constructor() {
    this.worker.on('message', (examined: Examined) => this.asked.shift()?.resolve(examined));
    this.worker.on('error', (error) => this.#fail(error as Error));
    this.worker.on('exit', () => this.#fail(new Error('a thread that verifies has ended')));
  }

  examine(piece: Buffer<ArrayBuffer>): Promise<Examined> {
    const answer = Promise.withResolvers<Examined>();
    answer.promise.catch(() => undefined); // told to whoever waits for it in its turn
    if (this.failed) answer.reject(this.failed);
    this.asked.push(answer);
    this.worker.postMessage(piece, [piece.buffer]);
    return answer.promise;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  #fail(error: Error): void {
    this.failed ??= error;
    this.asked.splice(0).forEach(({ reject }) => reject(error));
  }
}
