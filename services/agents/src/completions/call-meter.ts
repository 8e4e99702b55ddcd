import type { PricedModel } from '../prices/price-book.js';
import { costNanos, type TokenUsage } from '../prices/rating.js';
import { estimateTokens } from './call-plan.js';

const NOTHING: TokenUsage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/**
 * What the tries of one call have used and cost. What a provider says counts; where it says nothing, what was sent and what came back
 * is estimated, and the whole call is marked as estimated.
 */
export class CallMeter {
  private used = NOTHING;
  private nanos = 0n;
  private estimated = false;

  constructor(private readonly inputEstimate: number) {}

  get usage(): TokenUsage {
    return this.used;
  }

  get costNanos(): bigint {
    return this.nanos;
  }

  get isEstimated(): boolean {
    return this.estimated;
  }

  /** A provider said what a try used. */
  count(model: PricedModel, usage: TokenUsage): void {
    this.nanos += costNanos(model, usage);
    this.used = {
      inputTokens: this.used.inputTokens + usage.inputTokens,
      cachedInputTokens: this.used.cachedInputTokens + usage.cachedInputTokens,
      outputTokens: this.used.outputTokens + usage.outputTokens,
    };
  }

  /** Something else that the call has cost. */
  charge(nanos: bigint): void {
    this.nanos += nanos;
  }

  /** A try was sent, and so many bytes came back in so many pieces; nobody said what it used. */
  estimate(model: PricedModel, outputBytes: number, pieces = 0): void {
    this.estimated = true;
    const outputTokens = Math.max(estimateTokens(outputBytes), pieces);
    this.count(model, { inputTokens: this.inputEstimate, cachedInputTokens: 0, outputTokens });
  }
}
