import { createHash } from 'node:crypto';
import { Problem } from './problem.js';

/** An answer as it went out. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
}

interface Kept extends KeptAnswer {
  readonly fingerprint: string;
  readonly atMs: number;
}

const KEEP_MS = 24 * 3_600_000;
const MAX_KEPT = 100_000;

/**
 * Idempotency as version 1 of the API does it: whatever the first request of a key was answered, a saved failure included, is the
 * answer of every other for a day. https://docs.stripe.com/api/idempotent_requests
 */
export class Idempotency {
  readonly #kept = new Map<string, Kept>();

  /** What a request is, whoever repeats it. */
  static fingerprint(method: string, path: string, body: string): string {
    return createHash('sha256').update(`${method} ${path}\n${body}`).digest('base64url');
  }

  /** @throws Problem `idempotency_error` when the key was used with another request */
  find(account: string, key: string, fingerprint: string): KeptAnswer | undefined {
    const kept = this.#kept.get(`${account} ${key}`);
    if (!kept || kept.atMs < Date.now() - KEEP_MS) return undefined;
    if (kept.fingerprint === fingerprint) return kept;
    const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
    throw new Problem(400, 'idempotency_error', message);
  }

  keep(account: string, key: string, fingerprint: string, answer: KeptAnswer): void {
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(`${account} ${key}`, { ...answer, fingerprint, atMs: Date.now() });
  }
}
