import fc from 'fast-check';
import { clampOutput, costNanos, worstCaseNanos, type TokenPrices } from './rating.js';

const prices = fc
  .record({
    inputNanosPerMillion: fc.bigInt(0n, 10n ** 12n),
    outputNanosPerMillion: fc.bigInt(0n, 10n ** 12n),
    discount: fc.bigInt(1n, 10n),
  })
  .map(({ discount, ...rest }) => ({ ...rest, cachedInputNanosPerMillion: rest.inputNanosPerMillion / discount }));
const tokens = fc.integer({ min: 0, max: 2_000_000 });

/** 0.15 and 0.60 USD for a million tokens. */
const small: TokenPrices = {
  inputNanosPerMillion: 150_000_000n,
  cachedInputNanosPerMillion: 75_000_000n,
  outputNanosPerMillion: 600_000_000n,
};

describe('Rating', () => {
  it('counts exactly, in nano-USD, also far below a cent', () => {
    expect(costNanos(small, { inputTokens: 10, cachedInputTokens: 0, outputTokens: 2 })).toBe(2_700n);
    expect(costNanos(small, { inputTokens: 10, cachedInputTokens: 10, outputTokens: 2 })).toBe(1_950n);
    expect(
      costNanos({ ...small, inputNanosPerMillion: 1n }, { inputTokens: 1, cachedInputTokens: 0, outputTokens: 0 }),
    ).toBe(1n);
    expect(costNanos(small, { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 })).toBe(0n);
  });

  it('never counts more cached input than there was input', () => {
    expect(costNanos(small, { inputTokens: 4, cachedInputTokens: 9, outputTokens: 0 })).toBe(300n);
  });

  it('with the clamped output can’t cost more than the headroom, whatever comes from the cache', () => {
    fc.assert(
      fc.property(
        prices,
        tokens,
        tokens,
        fc.bigInt(0n, 10n ** 15n),
        tokens,
        (price, input, wanted, headroom, cached) => {
          const output = clampOutput(price, { inputTokens: input, wanted, headroomNanos: headroom });
          fc.pre(output > 0);
          const usage = { inputTokens: input, cachedInputTokens: cached, outputTokens: output };
          expect(costNanos(price, usage)).toBeLessThanOrEqual(headroom);
          expect(output).toBeLessThanOrEqual(wanted);
        },
      ),
    );
  });

  it('clamps no more than it must: one more token would not fit', () => {
    fc.assert(
      fc.property(prices, tokens, tokens, fc.bigInt(0n, 10n ** 15n), (price, input, wanted, headroom) => {
        const output = clampOutput(price, { inputTokens: input, wanted, headroomNanos: headroom });
        fc.pre(output < wanted);
        expect(worstCaseNanos(price, input, output + 1)).toBeGreaterThan(headroom);
      }),
    );
  });

  it('grants what is wanted when its worst case is held', () => {
    fc.assert(
      fc.property(prices, tokens, tokens, (price, input, wanted) => {
        const headroomNanos = worstCaseNanos(price, input, wanted);
        expect(clampOutput(price, { inputTokens: input, wanted, headroomNanos })).toBe(wanted);
      }),
    );
  });

  it('grants nothing when the input alone may cost more', () => {
    expect(clampOutput(small, { inputTokens: 1_000, wanted: 100, headroomNanos: 149_999n })).toBe(0);
    expect(clampOutput(small, { inputTokens: 1_000, wanted: 100, headroomNanos: 150_600n })).toBe(1);
  });
});
