import { Injectable } from '@nestjs/common';
import { AccessReviewFrozen } from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { PlanWork } from '../places/plan-work.js';
import { digestOf, freeze } from './access-item.js';
import { findFacts, findWaiting, insertItems, saveFindings } from './access-item.table.js';
import type { AccessReview } from './access-review.js';
import { findProgress, findReview, reviewChange, savePopulation } from './access-review.table.js';
import { CarryOut } from './carry-out.js';
import { compare } from './findings.js';
import { PopulationReader } from './population-reader.js';
import { ReviewDesk } from './review-desk.js';

const ITEMS_A_TURN = 50;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** Freezes the population of a review, then carries out what is decided. Every step is kept before the next, so a crash is followed by the one that was not. */
@Injectable()
export class ReviewRunner {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly population: PopulationReader,
    private readonly carryOut: CarryOut,
    private readonly work: PlanWork,
  ) {}

  async run(tenantId: string, reviewId: string, signal: AbortSignal): Promise<void> {
    const ctx = this.work.contexts.of(tenantId, reviewId, 'compliance', signal);
    const review = await findReview(this.desk.rows(ctx), reviewId);
    try {
      if (review.status === 'freezing') await this.#freeze(ctx, review);
      else await this.#carryOut(ctx, review);
    } catch (error) {
      if (!signal.aborted) await this.#postpone(ctx, reviewId, error);
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** A population is complete or there is none: what can't be read keeps the review `freezing`. */
  async #freeze(ctx: TenantContext, { id: reviewId }: AccessReview): Promise<void> {
    const { given, head } = await this.population.read(ctx);
    const frozenAt = this.work.clock.now();
    const accesses = given.map((one) => freeze(one, newId(frozenAt)));
    const digest = digestOf(accesses);
    const { size: treeSize, rootHash, note: checkpoint } = head;
    const population = { frozenAt, items: accesses.length, digest, treeSize, rootHash, checkpoint };
    await this.desk.change(ctx, reviewId, async (before, tx) => {
      if (before.status !== 'freezing') return before;
      await savePopulation(tx, reviewId, population);
      await insertItems(tx, reviewId, accesses);
      await saveFindings(tx, compare(await findFacts(tx, reviewId), null));
      const after: AccessReview = { ...before, status: 'open', population, tryAt: null, tries: 0, problem: null };
      const event = new AccessReviewFrozen({ reviewId, items: accesses.length, digest, treeSize, rootHash });
      tx.publish(event, { changes: [reviewChange('update', after)] });
      return after;
    });
  }

  async #carryOut(ctx: TenantContext, review: AccessReview): Promise<void> {
    const waiting = await findWaiting(this.desk.rows(ctx), review.id, ITEMS_A_TURN);
    let failed = 0;
    for (const item of waiting) {
      if (!(await this.carryOut.step(ctx, review, item))) failed += 1;
    }
    const isStuck = failed > 0 && failed === waiting.length;
    await this.desk.change(ctx, review.id, async (before, tx) => {
      const left = (await findProgress(tx, [review.id]))(review.id).waiting;
      const tries = isStuck ? before.tries + 1 : 0;
      return { ...before, tries, problem: null, tryAt: left > 0 ? this.#after(tries) : null };
    });
  }

  async #postpone(ctx: TenantContext, reviewId: string, error: unknown): Promise<void> {
    const problem = error instanceof Fault ? error.detail : 'The last try failed unexpectedly; it is tried again';
    await this.desk.change(ctx, reviewId, (before) =>
      Promise.resolve({ ...before, tries: before.tries + 1, problem, tryAt: this.#after(before.tries) }),
    );
  }

  #after(tries: number): Date {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
    return new Date(this.work.clock.now().getTime() + pauseMs);
  }
}
