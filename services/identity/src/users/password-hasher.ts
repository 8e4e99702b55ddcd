import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify, type Options } from '@node-rs/argon2';
import { HashingQueue } from './hashing-queue.js';

/** OWASP's argon2id parameters: 19 MiB, two passes, one lane. argon2id is the library's default. */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const MAX_WAITING = 200;

/** A hash that no password fits; verifying it takes as long as verifying a real one. */
export function hashOfNothing(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${base64(16)}$${base64(32)}`;
}

/** Makes and checks password hashes (argon2id), a bounded number at a time. */
@Injectable()
export class PasswordHasher {
  private readonly queue = new HashingQueue(availableParallelism(), MAX_WAITING);
  private readonly nothing = hashOfNothing();

  /** @throws Fault `unavailable` when too many wait already */
  hash(password: string): Promise<string> {
    return this.queue.run(() => hash(password.normalize('NFKC'), cost));
  }

  /**
   * Whether the password is the one that was hashed. Without a hash (nobody there, or no password yet) the answer is no,
   * after the same work: how long it takes says nothing about who exists.
   */
  matches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
    return this.queue.run(async () => {
      const fits = await verify(passwordHash ?? this.nothing, password.normalize('NFKC'));
      return fits && passwordHash !== null && passwordHash !== undefined;
    });
  }
}
