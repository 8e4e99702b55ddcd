import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../client/caller.js';
import { json } from '../client/client.js';
import { Canary } from '../world/canary.js';
import { idOf } from './id-of.js';
import type { Bench, Maker } from './kinds.js';

const EVENT_PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 50;
const DAY_MS = 86_400_000;
const APP = 'https://app.example.com/';
const TEST_CARD = 'pm_card_visa';

export const newBudget = (bench: Bench): Promise<string> =>
  idOf(bench, bench.tenant.owner, '/v1/budgets', { name: bench.tenant.canary.word(), limit: '100.00' });

/** The next day that no invoice of a run has yet, long after every trial: a day is billed once. */
let nextInvoiceDay = Date.UTC(2040, 0, 1);

async function newInvoice(bench: Bench): Promise<{ id: string; tenantId: string }> {
  const tenantId = bench.tenant.id;
  const day = nextInvoiceDay;
  nextInvoiceDay += DAY_MS;
  const [from, to] = [day, day + DAY_MS].map((at) => new Date(at).toISOString().slice(0, 10));
  await resumePlan(bench); // of a cancelled one, no day is charged
  return { id: await idOf(bench, bench.workshop.admin, `/v1/tenants/${tenantId}/invoices`, { from, to }), tenantId };
}

const resumePlan = ({ workshop, tenant }: Bench): Promise<unknown> =>
  workshop.client.must(workshop.admin, json('POST', `/v1/tenants/${tenant.id}/subscription/resume`, {}));

async function newOpenInvoice(bench: Bench): Promise<{ id: string; tenantId: string; lineId: string }> {
  const { id, tenantId } = await newInvoice(bench);
  const finalize = json('POST', `/v1/tenants/${tenantId}/invoices/${id}/finalize`, {});
  const opened = await bench.workshop.client.must<{ lines: { id: string }[] }>(bench.workshop.admin, finalize);
  return { id, tenantId, lineId: opened.lines[0]!.id };
}

/** Answers the questions about the tenant's own account on the page of what stands in for the payment provider. */
async function connectAccount({ workshop: { client }, tenant: { owner } }: Bench): Promise<void> {
  const wish = json('POST', '/v1/payment-account/connect', { returnUrl: APP, refreshUrl: APP });
  await press((await client.must<{ url: string }>(owner, wish)).url, 'complete');
}

async function press(url: string, choice: string): Promise<void> {
  await fetch(url, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' });
}

/** An invoice of a tenant of its own, whose plan has a second version that costs less. */
async function newOverpricedInvoice(bench: Bench): Promise<{ id: string; tenantId: string; planId: string }> {
  const { workshop, tenant: asker } = bench;
  const tenant = await workshop.tenant(asker.mode);
  const planId = await idOf(bench, workshop.admin, '/v1/plans', { name: new Canary().word(), price: '31.00' });
  await workshop.client.must(workshop.admin, json('PUT', `/v1/tenants/${tenant.id}/plan`, { planId }));
  const { id, tenantId } = await newOpenInvoice({ ...bench, tenant });
  await workshop.client.must(workshop.admin, json('POST', `/v1/plans/${planId}/versions`, { price: '1.00' }));
  return { id, tenantId, planId };
}

/** An organization whose one tenant, made for it, pays for all. */
async function newBilledOrganization(bench: Bench): Promise<{ id: string; tenantId: string; payer: Bench }> {
  const { workshop, tenant } = bench;
  const canary = new Canary();
  const organizationId = await idOf(bench, workshop.admin, '/v1/organizations', { name: canary.word() });
  const payer = await workshop.tenant(tenant.mode, canary, { organizationId });
  const path = `/v1/organizations/${organizationId}/billing`;
  await workshop.client.must(workshop.admin, json('PUT', path, { payingTenantId: payer.id }));
  return { id: organizationId, tenantId: payer.id, payer: { ...bench, tenant: payer } };
}

/** An invoice of such an organization, and who may see it. */
async function newOrganizationInvoice(bench: Bench): Promise<{ id: string; paymentMethodId: string; caller: Caller }> {
  const { id: organizationId, payer } = await newBilledOrganization(bench);
  const paymentMethodId = await newPaymentMethod(payer);
  await newOpenInvoice(payer);
  const gather = json('POST', `/v1/organizations/${organizationId}/invoices`, {});
  const { data } = await bench.workshop.client.must<{ data: { id: string }[] }>(bench.workshop.admin, gather);
  return { id: data[0]!.id, paymentMethodId, caller: payer.tenant.owner };
}

/** A test card, set up on the page of what stands in for the payment provider. */
async function newPaymentMethod({ workshop: { client }, tenant: { owner } }: Bench): Promise<string> {
  const wish = { mode: 'checkout', successUrl: APP };
  const { url } = await client.must<{ url: string }>(owner, json('POST', '/v1/payment-methods/setup', wish));
  await press(url, TEST_CARD);
  const { data } = await client.must<{ data: { id: string }[] }>(owner, json('GET', '/v1/payment-methods'));
  return data[0]!.id;
}

async function newPayment(bench: Bench): Promise<string> {
  const { id, tenantId } = await newOpenInvoice(bench);
  return idOf(bench, bench.workshop.admin, `/v1/tenants/${tenantId}/invoices/${id}/collect`, {});
}

/** What the stand-in sends comes a moment after what it tells of. A list of one has no cursor. */
async function newestStripeEvent({ workshop: { client, admin } }: Bench): Promise<string> {
  const deadlineMs = performance.now() + EVENT_PATIENCE_MS;
  for (;;) {
    const { data } = await client.must<{ data: { id: string }[] }>(admin, json('GET', '/v1/stripe-events?limit=2'));
    if (data[1]) return data[0]!.id;
    if (performance.now() > deadlineMs) throw new Error('No event of Stripe came');
    await pause(ASK_EVERY_MS);
  }
}

/** Plans, usage, budgets, invoices and payments. */
export const money = {
  plan: async (bench) => ({
    id: await idOf(bench, bench.workshop.admin, '/v1/plans', { name: new Canary().word(), price: '1.00' }),
  }),
  overriddenTenant: async ({ workshop, tenant }) => {
    const [{ id }, feature] = [await workshop.tenant(tenant.mode), new Canary().word()];
    const override = { enabled: true, reason: 'verify' };
    await workshop.client.must(workshop.admin, json('PUT', `/v1/tenants/${id}/entitlements/${feature}`, override));
    return { id, feature };
  },
  meter: async (bench) => {
    const key = bench.tenant.canary.word();
    const id = await idOf(bench, bench.tenant.owner, '/v1/meters', { key, aggregation: 'count' });
    return { id, key, events: [{ id: bench.tenant.canary.word(), meter: key }] };
  },
  overpricedInvoice: (bench) => newOverpricedInvoice(bench),
  billedOrganization: async (bench) => {
    const { id, tenantId } = await newBilledOrganization(bench);
    return { id, tenantId };
  },
  organizationInvoice: (bench) => newOrganizationInvoice(bench),
  usageEvent: async (bench) => {
    const [type, id] = [bench.tenant.canary.word(), bench.tenant.canary.word()];
    await idOf(bench, bench.tenant.owner, '/v1/meters', { key: type, aggregation: 'count' });
    await bench.workshop.client.must(bench.tenant.owner, json('POST', '/v1/usage', { events: [{ id, type }] }));
    return { id, type };
  },
  budget: async (bench) => {
    const id = await newBudget(bench);
    return { id, all: [id] };
  },
  reservation: async (bench) => {
    const body = { accounts: [await newBudget(bench)], estimate: '0.10' };
    return { id: await idOf(bench, bench.tenant.owner, '/v1/budgets/reservations', body) };
  },
  invoice: (bench) => newInvoice(bench),
  openInvoice: async (bench) => {
    await newOpenInvoice(bench); // a list of one has no cursor
    return newOpenInvoice(bench);
  },
  paymentMethod: async (bench) => ({ id: await newPaymentMethod(bench) }),
  dueInvoice: async (bench) => {
    await newPaymentMethod(bench);
    return newOpenInvoice(bench);
  },
  payment: async (bench) => {
    await newPaymentMethod(bench);
    await newPayment(bench); // a list of one has no cursor
    return { id: await newPayment(bench), tenantId: bench.tenant.id };
  },
  connectedAccount: async (bench) => {
    await connectAccount(bench);
    return { card: TEST_CARD };
  },
  directPayment: async (bench) => {
    await connectAccount(bench);
    const wish = { amount: '10.00', currency: 'USD', paymentMethodId: TEST_CARD, returnUrl: APP };
    return { id: await idOf(bench, bench.tenant.owner, '/v1/payments', { reference: randomUUID(), ...wish }) };
  },
  stripeEvent: async (bench) => {
    await newPaymentMethod(bench);
    await newPayment(bench);
    return { id: await newestStripeEvent(bench) };
  },
  spender: async (bench) => {
    await newBudget(bench);
    return { id: bench.tenant.id };
  },
} as const satisfies Record<string, Maker>;
