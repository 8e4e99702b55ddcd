import { Worker } from 'node:worker_threads';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';

/** 0 (guessed at once) to 4 (not guessed offline). */
export type GuessScore = 0 | 1 | 2 | 3 | 4;

interface Waiting {
  readonly resolve: (score: GuessScore) => void;
  readonly reject: (error: Error) => void;
}

const ANSWER_WITHIN_MS = 15_000;
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
  private idle: NodeJS.Timeout | undefined;
  private lastId = 0;
  private readonly waiting = new Map<number, Waiting>();

  /**
   * `known` are words that an attacker would try first, such as the e-mail address.
   * @throws Fault `unavailable` when too many ask at once or no answer comes
   */
  async score(password: string, known: readonly string[]): Promise<GuessScore> {
    if (this.waiting.size >= MAX_WAITING) throw busy();
    clearTimeout(this.idle);
    const worker = (this.worker ??= this.start());
    const id = ++this.lastId;
    const late = setTimeout(() => this.stop(busy()), ANSWER_WITHIN_MS);
    try {
      return await new Promise<GuessScore>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        worker.postMessage({ id, password, known });
      });
    } finally {
      clearTimeout(late);
      this.waiting.delete(id);
      if (this.waiting.size === 0) this.idle = setTimeout(() => this.stop(), STOP_AFTER_IDLE_MS).unref();
    }
  }

  onModuleDestroy(): void {
    clearTimeout(this.idle);
    this.stop(busy());
  }

  private start(): Worker {
    const worker = new Worker(workerFile);
    worker.unref();
    worker.on('message', (answer: { id: number; score: GuessScore }) =>
      this.waiting.get(answer.id)?.resolve(answer.score),
    );
    worker.on('error', (cause) => {
      if (this.worker === worker) this.stop(busy(cause));
    });
    return worker;
  }

  /** Whoever still waits is told why; the next question starts a new worker. */
  private stop(reason?: Fault): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
    if (reason) for (const { reject } of this.waiting.values()) reject(reason);
  }
}

function busy(cause?: unknown): Fault {
  return new Fault('unavailable', { detail: 'Passwords can’t be checked right now; try again', retryAfterS: 2, cause });
}
