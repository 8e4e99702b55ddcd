import { Worker } from 'node:worker_threads';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';

/** 0 (guessed at once) to 4 (not guessed offline). */
export type GuessScore = 0 | 1 | 2 | 3 | 4;

interface Waiting {
  readonly resolve: (score: GuessScore) => void;
  readonly reject: (error: Error) => void;
}

/** One who asks waits this long: on a busy machine the worker takes seconds to start. */
const ANSWER_WITHIN_MS = 25_000;
/** A worker that says nothing for this long although somebody waits is replaced. */
const SILENT_AT_MOST_MS = 60_000;
const STOP_AFTER_IDLE_MS = 60_000;
const MAX_WAITING = 100;

// Tests run the TypeScript source, which Node itself loads in the worker.
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './guess-worker.ts' : './guess-worker.js',
  import.meta.url,
);

/** How hard a password is to guess. Its worker thread starts with the first question and ends when nobody asks. */
@Injectable()
export class Guessability implements OnModuleDestroy {
  private worker: Worker | undefined;
  /** Ends the worker when it is idle for long, or silent for too long. */
  private end: NodeJS.Timeout | undefined;
  private lastId = 0;
  private readonly waiting = new Map<number, Waiting>();

  /**
   * `known` are words that an attacker would try first, such as the e-mail address.
   * @throws Fault `unavailable` when too many ask at once or no answer comes in time
   */
  async score(password: string, known: readonly string[]): Promise<GuessScore> {
    if (this.waiting.size >= MAX_WAITING) throw busy();
    const worker = (this.worker ??= this.start());
    if (this.waiting.size === 0) this.endAfter(SILENT_AT_MOST_MS);
    const id = ++this.lastId;
    const { promise, resolve, reject } = Promise.withResolvers<GuessScore>();
    const late = setTimeout(() => reject(busy()), ANSWER_WITHIN_MS);
    this.waiting.set(id, { resolve, reject });
    worker.postMessage({ id, password, known });
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.waiting.delete(id);
    }
  }

  onModuleDestroy(): void {
    this.stop(busy());
  }

  private start(): Worker {
    const worker = new Worker(workerFile);
    worker.unref();
    worker.on('message', (answer: { id: number; score: GuessScore }) => {
      const asked = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      this.endAfter(this.waiting.size === 0 ? STOP_AFTER_IDLE_MS : SILENT_AT_MOST_MS);
      asked?.resolve(answer.score);
    });
    worker.on('error', (cause) => {
      if (this.worker === worker) this.stop(busy(cause));
    });
    return worker;
  }

  private endAfter(ms: number): void {
    clearTimeout(this.end);
    this.end = setTimeout(() => this.stop(busy()), ms).unref();
  }

  /** Whoever still waits is refused; the next question starts a new worker. */
  private stop(reason: Fault): void {
    clearTimeout(this.end);
    void this.worker?.terminate();
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(reason);
  }
}

function busy(cause?: unknown): Fault {
  return new Fault('unavailable', {
    detail: 'Passwords can’t be checked right now; try again',
    retryAfterS: 2,
    cause,
  });
}
