import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Options } from '@node-rs/argon2';
import type { TenantContext } from '@tenantry/kernel';
import { HashingQueue } from './hashing-queue.js';
import { HashingThread, type HashingTask } from './hashing-thread.js';

/** OWASP's argon2id parameters: 19 MiB, two passes, one lane. argon2id is the library's default. */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
/** A core each while many sign in; the memory of a hash is 19 MiB. */
const THREADS = Math.min(availableParallelism(), 4);
const LIMITS = { running: THREADS, waiting: 200, waitingOfOne: 50 } as const;

/** A hash that no password fits; verifying it takes as long as verifying a real one. */
export function hashOfNothing(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${base64(16)}$${base64(32)}`;
}

/** Makes and checks password hashes (argon2id) in threads that yield to all other work, a bounded number at a time. */
@Injectable()
export class PasswordHasher implements OnModuleDestroy {
  private readonly queue = new HashingQueue(LIMITS);
  private readonly nothing = hashOfNothing();
  private readonly threads = new Set<HashingThread>();
  private readonly idle: HashingThread[] = [];

  /** @param ctx who asks: addresses take turns; null for the instance itself @throws Fault `unavailable` when too many wait already */
  async hash(password: string, ctx: TenantContext | null): Promise<string> {
    const task = { kind: 'hash', password: password.normalize('NFKC'), cost } as const;
    return (await this.ask(task, ctx)) as string;
  }

  /**
   * Whether the password is the one that was hashed. Without a hash (nobody there, or no password yet) the answer is no,
   * after the same work: how long it takes says nothing about who exists.
   */
  async matches(
    passwordHash: string | null | undefined,
    password: string,
    ctx: TenantContext | null,
  ): Promise<boolean> {
    const hash = passwordHash ?? this.nothing;
    const fits = await this.ask({ kind: 'verify', password: password.normalize('NFKC'), passwordHash: hash }, ctx);
    return fits === true && passwordHash !== null && passwordHash !== undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.threads].map((thread) => thread.stop()));
  }

  private ask(task: HashingTask, ctx: TenantContext | null): Promise<string | boolean> {
    const origin = ctx?.request.clientIp ?? ctx?.actor.id ?? '';
    return this.queue.run(origin, async () => {
      const thread = this.idle.pop() ?? this.start();
      try {
        return await thread.ask(task);
      } finally {
        if (thread.works) this.idle.push(thread);
        else this.threads.delete(thread);
      }
    });
  }

  private start(): HashingThread {
    const thread = new HashingThread();
    this.threads.add(thread);
    return thread;
  }
}
