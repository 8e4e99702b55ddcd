import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { type Actor, Fault, type IdempotencyClaim } from '@tenantry/kernel';
import { IdempotentReplay } from '../idempotent-replay.js';
import type { Step, StepResult } from '../wire/flight.js';
import { fixedStep } from '../wire/steps.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * One request's claim: taken in the flight that begins the transaction, answered in the flight that commits it. What is
 * stored says nothing without the caller's key: the answer is sealed under it, the hashes are keyed by it.
 */
export class IdempotencyGuard {
  readonly #table: string;
  readonly #place: readonly unknown[];
  readonly #answerKey: Buffer;
  readonly #bodyHash: Buffer;

  constructor(
    service: string,
    tenantId: string,
    actor: Actor,
    readonly claim: IdempotencyClaim,
  ) {
    const owner = [tenantId, `${actor.kind}:${actor.id}`, claim.operation];
    const derive = (use: string): Buffer =>
      Buffer.from(hkdfSync('sha256', claim.key, owner.join('\n'), `tenantry idempotency ${use}`, 32));
    this.#table = `"${service}".idempotency`;
    this.#place = [...owner, derive('claim')];
    this.#answerKey = derive('answer');
    this.#bodyHash = createHmac('sha256', derive('body')).update(claim.bodyHash).digest();
  }

  /** Takes the claim, or waits for whoever is answering the same request right now; then looks what is there. */
  claimSteps(): readonly [Step, Step] {
    return [
      fixedStep(
        `insert into ${this.#table} as known (tenant_id, actor_id, operation, key_hash, body_hash)
         values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, actor_id, operation, key_hash) do update
         set body_hash = excluded.body_hash, answer = null, created_at = now()
         where known.created_at < now() - interval '24 hours'`,
        [...this.#place, this.#bodyHash],
      ),
      fixedStep(
        `select body_hash, answer from ${this.#table}
         where tenant_id = $1 and actor_id = $2 and operation = $3 and key_hash = $4`,
        this.#place,
        false,
      ),
    ];
  }

  /**
   * Goes on when the claim is ours.
   * @throws IdempotentReplay when the request was answered; Fault `idempotency-key-reused` when it was another request
   */
  judge([taken, seen]: readonly [StepResult, StepResult]): void {
    if (taken.tag === 'INSERT 0 1') {
      return;
    }
    const known = seen.rows[0] as { body_hash: Buffer; answer: Buffer | null } | undefined;
    if (!known?.answer) {
      throw new Fault('conflict', { detail: 'This request is being answered; try again', retryAfterS: 1 });
    }
    if (!known.body_hash.equals(this.#bodyHash)) {
      throw new Fault('idempotency-key-reused', { field: 'Idempotency-Key' });
    }
    throw new IdempotentReplay(this.#open(known.answer));
  }

  answerStep(answer: unknown): Step {
    return fixedStep(
      `update ${this.#table} set answer = $5
       where tenant_id = $1 and actor_id = $2 and operation = $3 and key_hash = $4`,
      [...this.#place, this.#seal(this.claim.print(answer))],
    );
  }

  #seal(text: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#answerKey, iv);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  #open(sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#answerKey, sealed.subarray(0, IV_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString();
  }
}
