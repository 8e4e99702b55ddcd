import { Worker } from 'node:worker_threads';
import type { Options } from '@node-rs/argon2';

/** What a thread is asked. */
export type HashingTask =
  | { readonly kind: 'hash'; readonly password: string; readonly cost: Options }
  | { readonly kind: 'verify'; readonly password: string; readonly passwordHash: string };

type Reply = { readonly answer: string | boolean } | { readonly failure: string };

// Tests run the TypeScript source, which Node itself loads in the thread.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url);
/** It keeps nothing: what a hash needs lies outside of the heap. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

/** One thread that hashes, one password at a time, and yields to everybody else. It keeps the process up only while it works. */
export class HashingThread {
  private readonly worker = new Worker(workerFile, { resourceLimits });
  private asked: PromiseWithResolvers<string | boolean> | null = null;
  private ended = false;

  constructor() {
    this.worker.unref();
    this.worker.on('message', (reply: Reply) => this.settle(reply));
    this.worker.on('error', (error: unknown) => this.settle({ failure: String(error) }));
    this.worker.on('exit', () => {
      this.ended = true;
      this.settle({ failure: 'the thread has ended' });
    });
  }

  /** Whether it takes tasks. */
  get works(): boolean {
    return !this.ended;
  }

  /** @throws Error when the hash is none, or the thread has ended */
  async ask(task: HashingTask): Promise<string | boolean> {
    this.asked = Promise.withResolvers();
    this.worker.ref();
    this.worker.postMessage(task);
    try {
      return await this.asked.promise;
    } finally {
      this.worker.unref();
    }
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  private settle(reply: Reply): void {
    const asked = this.asked;
    this.asked = null;
    if ('answer' in reply) asked?.resolve(reply.answer);
    else asked?.reject(new Error(`a password could not be hashed: ${reply.failure}`));
  }
}
