/** What a model costs, in nano-USD for a million tokens: whole numbers, so that sums are exact. */
export interface TokenPrices {
  readonly inputNanosPerMillion: bigint;
  /** For input that the provider had in its cache. */
  readonly cachedInputNanosPerMillion: bigint;
  readonly outputNanosPerMillion: bigint;
}

/** What a call used. */
export interface TokenUsage {
  /** All input, with what came from the provider's cache. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** All output, with what a model thinks and does not say. */
  readonly outputTokens: number;
}

const MILLION = 1_000_000n;

function sum(prices: TokenPrices, { inputTokens, cachedInputTokens, outputTokens }: TokenUsage): bigint {
  const cached = Math.min(cachedInputTokens, inputTokens);
  return (
    BigInt(inputTokens - cached) * prices.inputNanosPerMillion +
    BigInt(cached) * prices.cachedInputNanosPerMillion +
    BigInt(outputTokens) * prices.outputNanosPerMillion
  );
}

/** What a call costs in nano-USD. A part of a nano counts as a whole one, so a call that used something never costs nothing. */
export function costNanos(prices: TokenPrices, usage: TokenUsage): bigint {
  return (sum(prices, usage) + MILLION - 1n) / MILLION;
}

/** What a call may cost at most: nothing from the cache. */
export function worstCaseNanos(prices: TokenPrices, inputTokens: number, outputTokens: number): bigint {
  const dearest = { ...prices, cachedInputNanosPerMillion: prices.inputNanosPerMillion };
  return costNanos(dearest, { inputTokens, cachedInputTokens: 0, outputTokens });
}

/**
 * The most output tokens, at most `wanted`, with which a call can't cost more than the headroom; 0 when the input alone may.
 * By this a cap holds: a model stops where it must, instead of being paid for more than was held.
 */
export function clampOutput(
  prices: TokenPrices,
  call: { readonly inputTokens: number; readonly wanted: number; readonly headroomNanos: bigint },
): number {
  const left = call.headroomNanos * MILLION - BigInt(call.inputTokens) * prices.inputNanosPerMillion;
  if (left < 0n) return 0;
  if (prices.outputNanosPerMillion === 0n) return call.wanted;
  const affordable = left / prices.outputNanosPerMillion;
  return affordable < BigInt(call.wanted) ? Number(affordable) : call.wanted;
}
