import { Fault } from '@tenantry/kernel';

const NANOS = 1_000_000_000n;
const ZERO_DECIMAL = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMAL = new Set('BHD JOD KWD OMR TND'.split(' '));

/** What one of Stripe's units of a currency is, in nano-units. https://docs.stripe.com/currencies */
function unitNanos(currency: string): bigint {
  if (ZERO_DECIMAL.has(currency)) return NANOS;
  return THREE_DECIMAL.has(currency) ? NANOS / 1_000n : NANOS / 100n;
}

/** An amount as Stripe counts it. @throws Fault `conflict` when Stripe can't count it exactly */
export function toStripeAmount(amountNanos: bigint, currency: string): number {
  const unit = unitNanos(currency);
  const amount = amountNanos / unit;
  if (amountNanos % unit === 0n && amount <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(amount);
  throw new Fault('conflict', { detail: `The payment provider can't take this amount of ${currency} exactly` });
}

/** Nano-units of an amount as Stripe counts it; the currency in any case. */
export function fromStripeAmount(amount: number, currency: string): bigint {
  return BigInt(amount) * unitNanos(currency.toUpperCase());
}
