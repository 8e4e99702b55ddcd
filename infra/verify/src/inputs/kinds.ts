import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../client/caller.js';
import { json } from '../client/client.js';
import { Canary } from '../world/canary.js';
import type { Tenant } from '../world/tenant.js';
import type { Workshop } from '../world/workshop.js';
import { invitationToken } from './invitation.js';
import { privacyRequests } from './privacy.js';
import { createTables, fillTables, type TableNames } from './tables.js';

/** What a maker works with. */
export interface Bench {
  readonly workshop: Workshop;
  readonly tenant: Tenant;
  /** Product tables that every tenant of the run has. */
  readonly productTables: TableNames;
  /** Where the instance puts its mails; null without the state directory. */
  readonly outbox: string | null;
}

/** A thing that requests can name, by the values that name it; `caller` when only its maker may use it. */
export type Thing = Readonly<Record<string, unknown>> & { readonly caller?: Caller };

interface ToolGrant {
  readonly name: string;
  readonly needsApproval: boolean;
}

type Maker = (bench: Bench) => Promise<Thing>;

const AUDIT_PATIENCE_MS = 10_000;
const DIRECTORY_PATIENCE_MS = 5_000;
const ASK_EVERY_MS = 50;
const AGENT_PERMISSIONS = ['rows.read', 'meters.read', 'agents.exchange'];
const AGENT_TOOL = 'list_meters';
const DAY_MS = 86_400_000;

const idOf = async (bench: Bench, caller: Caller, path: string, body: object, name = 'id'): Promise<string> => {
  const made = await bench.workshop.client.must(caller, json('POST', path, body));
  return made[name] as string;
};

const member =
  (role: string): Maker =>
  async (bench) => {
    const body = { email: bench.tenant.canary.email(), name: bench.tenant.canary.word(), role };
    return { id: await idOf(bench, bench.tenant.owner, '/v1/members', body, 'userId') };
  };

/** How to come by a thing of each kind. A new kind of resource is one line here. */
const makers = {
  self: async ({ tenant }) => ({ id: tenant.id, slug: tenant.slug, userId: tenant.person.userId }),
  key: async (bench) => ({
    id: await idOf(bench, bench.tenant.owner, '/v1/api-keys', {
      name: bench.tenant.canary.word(),
      scopes: ['rows.read'],
    }),
  }),
  keyRotation: async (bench) => ({ id: await idOf(bench, bench.tenant.owner, '/v1/encryption/rotations', {}) }),
  agent: async (bench) => ({ id: await newAgent(bench) }),
  draftedAgent: async (bench) => {
    const id = await newAgent(bench);
    await draftVersion(bench, id);
    await draftVersion(bench, id); // a list of one has no cursor
    await includeAgents(bench);
    return { id };
  },
  rolledOutAgent: async (bench) => ({ id: await publishedAgent(bench, 2) }),
  publishedAgent: async (bench) => ({ id: await publishedAgent(bench, 1) }),
  agentToken: async (bench) => {
    const { id, agentId } = await newAgentToken(bench);
    return { id, agentId };
  },
  toolCaller: async (bench) => {
    const { token } = await newAgentToken(bench, [{ name: AGENT_TOOL, needsApproval: false }]);
    return { name: AGENT_TOOL, caller: { token, sees: [bench.tenant.id] } };
  },
  approval: async (bench) => {
    const { token } = await newAgentToken(bench, [{ name: AGENT_TOOL, needsApproval: true }]);
    const ask = async (): Promise<string> => {
      const caller = { token, sees: [bench.tenant.id] };
      const { text } = await bench.workshop.client.send(
        caller,
        json('POST', `/v1/agents/tools/${AGENT_TOOL}/call`, {}),
      );
      return (JSON.parse(text) as { approvalId: string }).approvalId;
    };
    await ask(); // a list of one has no cursor
    return { id: await ask() };
  },
  agentCaller: async (bench) => {
    const { agentId, token } = await newAgentToken(bench);
    return { agentId, caller: { token, sees: [bench.tenant.id] } };
  },
  member: member('staff'),
  adminMember: member('admin'),
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
  ...privacyRequests,
  completion: async (bench) => {
    await newBudget(bench);
    const body = { model: 'local-rules', messages: [{ role: 'user', content: bench.tenant.canary.word() }] };
    return { id: await idOf(bench, bench.tenant.owner, '/v1/chat/completions', body) };
  },
  priceBook: async ({ workshop }) => {
    const price = { provider: 'verify', contextTokens: 10, maxOutputTokens: 10, input: '1', output: '1' };
    const body = { models: [{ model: new Canary().word(), ...price }] };
    const { version } = await workshop.client.must<{ version: number }>(
      workshop.admin,
      json('POST', '/v1/price-books', body),
    );
    return { version: String(version) };
  },
  providerKey: async ({ workshop, tenant }) => {
    const provider = 'verify';
    const body = { apiKey: tenant.canary.word() };
    await workshop.client.must(tenant.owner, json('PUT', `/v1/provider-keys/${provider}`, body));
    return { provider };
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
    return { id: await newPayment(bench) };
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
  auditEntry: async (bench) => ({ id: await newestEntry(bench) }),
  table: async ({ workshop, tenant }) => {
    const names = await createTables(workshop.client, tenant.owner, '/v1/tables', tenant.canary);
    return { ...names, ...(await fillTables(workshop.client, tenant, names)) };
  },
  productRow: async ({ workshop, tenant, productTables }) => ({
    ...(await fillTables(workshop.client, tenant, productTables)),
  }),
  productTable: async ({ workshop }) => {
    const names = await createTables(workshop.client, workshop.admin, '/v1/product-tables', new Canary());
    return { ...names };
  },
  organization: async (bench) => ({
    id: await idOf(bench, bench.workshop.admin, '/v1/organizations', { name: bench.tenant.canary.word() }),
  }),
  tenant: async ({ workshop, tenant }) => ({ id: (await workshop.tenant(tenant.mode)).id }),
  suspendedTenant: async ({ workshop, tenant }) => {
    const { id } = await workshop.tenant(tenant.mode);
    await workshop.client.must(workshop.admin, json('POST', `/v1/tenants/${id}/suspend`, {}));
    return { id };
  },
  staffMember: async (bench) => {
    const body = { email: bench.tenant.canary.email(), role: 'viewer' };
    return { id: await idOf(bench, bench.workshop.admin, '/v1/staff', body, 'userId') };
  },
  person: async ({ tenant }) => ({ ...tenant.person }),
  stranger: async ({ workshop }) => {
    const { person, owner } = await workshop.tenant('pool');
    return { ...person, caller: owner };
  },
  invitation: async (bench) => ({ token: await invitationToken(bench) }),
  session: async ({ workshop, tenant }) => {
    const { accessToken, refreshToken } = await workshop.signIn(tenant.person, tenant.slug);
    return { refreshToken, caller: { token: accessToken, sees: [tenant.id] } };
  },
} as const satisfies Record<string, Maker>;

export type Kind = keyof typeof makers;

/** The makers by kind. */
export const kinds: Readonly<Record<Kind, Maker>> = makers;

const newAgent = (bench: Bench): Promise<string> =>
  idOf(bench, bench.tenant.owner, '/v1/agents', { name: bench.tenant.canary.word() });

const draftVersion = (
  { workshop, tenant }: Bench,
  agentId: string,
  tools: readonly ToolGrant[] = [],
): Promise<unknown> => {
  const config = { model: tenant.canary.word(), permissions: AGENT_PERMISSIONS, tools };
  return workshop.client.must(tenant.owner, json('POST', `/v1/agents/${agentId}/versions`, { config }));
};

/** Has the tenant's plan include all models and tools, and waits until the agents service knows. */
async function includeAgents(bench: Bench): Promise<void> {
  const { workshop, tenant } = bench;
  for (const feature of ['models', 'tools']) {
    const override = { enabled: true, reason: 'verify' };
    await workshop.client.must(
      workshop.admin,
      json('PUT', `/v1/tenants/${tenant.id}/entitlements/${feature}`, override),
    );
  }
  const probe = await newAgent(bench);
  await draftVersion(bench, probe);
  const deadlineMs = performance.now() + DIRECTORY_PATIENCE_MS;
  for (;;) {
    const { status } = await workshop.client.send(
      tenant.owner,
      json('POST', `/v1/agents/${probe}/versions/1/publish`, {}),
    );
    if (status === 200) return;
    if (performance.now() > deadlineMs) throw new Error(`No agent of ${tenant.slug} can be published: ${status}`);
    await pause(ASK_EVERY_MS);
  }
}

/** A token for the API, with which an agent acts on behalf of the tenant's owner. */
async function newAgentToken(
  bench: Bench,
  tools: readonly ToolGrant[] = [],
): Promise<{ id: string; agentId: string; token: string }> {
  const { workshop, tenant } = bench;
  const agentId = await publishedAgent(bench, 1, tools);
  const request = json('POST', `/v1/agents/${agentId}/tokens`, { audiences: ['api'] });
  return workshop.client.must(tenant.owner, request);
}

/** An agent some of whose versions were in force, one after the other. */
async function publishedAgent(bench: Bench, versions: number, tools: readonly ToolGrant[] = []): Promise<string> {
  const { workshop, tenant } = bench;
  await includeAgents(bench);
  const id = await newAgent(bench);
  for (let number = 1; number <= versions; number += 1) {
    await draftVersion(bench, id, tools);
    await workshop.client.must(tenant.owner, json('POST', `/v1/agents/${id}/versions/${number}/publish`, {}));
  }
  return id;
}

const newBudget = (bench: Bench): Promise<string> =>
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

/** A test card, set up on the page of what stands in for the payment provider. */
async function newPaymentMethod({ workshop: { client }, tenant: { owner } }: Bench): Promise<string> {
  const wish = { mode: 'checkout', successUrl: 'https://app.example.com/' };
  const { url } = await client.must<{ url: string }>(owner, json('POST', '/v1/payment-methods/setup', wish));
  await fetch(url, { method: 'POST', body: new URLSearchParams({ choice: 'pm_card_visa' }), redirect: 'manual' });
  const { data } = await client.must<{ data: { id: string }[] }>(owner, json('GET', '/v1/payment-methods'));
  return data[0]!.id;
}

async function newPayment(bench: Bench): Promise<string> {
  const { id, tenantId } = await newOpenInvoice(bench);
  return idOf(bench, bench.workshop.admin, `/v1/tenants/${tenantId}/invoices/${id}/collect`, {});
}

/** What the stand-in sends comes a moment after what it tells of. A list of one has no cursor. */
async function newestStripeEvent({ workshop: { client, admin } }: Bench): Promise<string> {
  const deadlineMs = performance.now() + AUDIT_PATIENCE_MS;
  for (;;) {
    const { data } = await client.must<{ data: { id: string }[] }>(admin, json('GET', '/v1/stripe-events?limit=2'));
    if (data[1]) return data[0]!.id;
    if (performance.now() > deadlineMs) throw new Error('No event of Stripe came');
    await pause(ASK_EVERY_MS);
  }
}

/** The trail is written a moment after what it tells of. */
async function newestEntry({ workshop, tenant }: Bench): Promise<string> {
  const deadlineMs = performance.now() + AUDIT_PATIENCE_MS;
  for (;;) {
    const page = json('GET', '/v1/audit/events?limit=1');
    const { data } = await workshop.client.must<{ data: { id: string }[] }>(tenant.owner, page);
    const id = data[0]?.id;
    // Proofs are given for what was signed, and that is done every second.
    if (id && (await workshop.client.send(tenant.owner, json('GET', `/v1/audit/events/${id}/proof`))).status === 200)
      return id;
    if (performance.now() > deadlineMs) throw new Error(`The trail of ${tenant.slug} stays empty`);
    await pause(ASK_EVERY_MS);
  }
}
