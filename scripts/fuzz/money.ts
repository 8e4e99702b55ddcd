import { setTimeout as pause } from 'node:timers/promises';
import type { World } from './world.js';

const DAY_MS = 86_400_000;
/** Where the pages of the payment provider lead back to. */
export const APP = 'https://app.example.com/';
/** A card of the stand-in that is always good. */
export const TEST_CARD = 'pm_card_visa';

/** A budget of A's. */
export const makeBudget = (world: World): Promise<{ id: string }> =>
  world.a.owner.must('POST', '/v1/budgets', { name: world.fresh('b'), limit: '1000000.00' });

/** Which invoice of whom. */
export type InvoiceIds = { id: string; tenantId: string };

/** The next day that no invoice of a run has yet, long after every trial: a day is billed once. */
let nextInvoiceDay = Date.UTC(2050, 0, 1);

/** A draft of a day that was not billed yet. */
export const makeInvoice = async (world: World, tenantId = world.a.id): Promise<InvoiceIds> => {
  await world.staff.must('POST', `/v1/tenants/${tenantId}/subscription/resume`, {}); // of a cancelled plan, no day is charged
  const day = nextInvoiceDay;
  nextInvoiceDay += DAY_MS;
  const [from, to] = [day, day + DAY_MS].map((at) => new Date(at).toISOString().slice(0, 10));
  return world.staff.must('POST', `/v1/tenants/${tenantId}/invoices`, { from, to });
};

/** Makes a draft final. */
export const finalizeInvoice = async (
  world: World,
  { id, tenantId }: InvoiceIds,
): Promise<InvoiceIds & { lineId: string }> => {
  const path = `/v1/tenants/${tenantId}/invoices/${id}/finalize`;
  const { lines } = await world.staff.must<{ lines: { id: string }[] }>('POST', path, {});
  return { id, tenantId, lineId: lines[0]!.id };
};

/** Answers the questions about A's own account on the page of what stands in for the payment provider. */
export async function connectAccount({ a: { owner } }: World): Promise<void> {
  const wish = { returnUrl: APP, refreshUrl: APP };
  await press((await owner.must<{ url: string }>('POST', '/v1/payment-account/connect', wish)).url, 'complete');
}

async function press(url: string, choice: string): Promise<void> {
  await fetch(url, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' });
}

/** A test card, set up on the page of what stands in for the payment provider. */
export async function makePaymentMethod({ a: { owner } }: World): Promise<string> {
  const wish = { mode: 'checkout', successUrl: APP };
  const { url } = await owner.must<{ url: string }>('POST', '/v1/payment-methods/setup', wish);
  await press(url, TEST_CARD);
  const { data } = await owner.must<{ data: { id: string }[] }>('GET', '/v1/payment-methods');
  return data[0]!.id;
}

/** What the stand-in sends comes a moment after what it tells of. */
export async function newestStripeEvent({ staff }: World): Promise<string> {
  for (let asked = 0; asked < 100; asked++) {
    const { data } = await staff.must<{ data: { id: string }[] }>('GET', '/v1/stripe-events?limit=1');
    if (data[0]) return data[0].id;
    await pause(50);
  }
  throw new Error('no event of Stripe came');
}
