import type { Case, Supplied } from './case.js';
import { suppliesIn } from './case.js';
import { assuranceSupplies } from './assurance-supplies.js';
import { auditSupplies } from './audit-supplies.js';
import { retentionSupplies } from './retention-supplies.js';
import { privacySupplies } from './privacy-supplies.js';
import { subjectSupplies } from './subject-supplies.js';
import { toolSupplies } from './tool-supplies.js';
import { must, PASSWORD, sendJson, type Client } from './client.js';
import {
  APP,
  connectAccount,
  finalizeInvoice,
  makeBudget,
  makeInvoice,
  makePaymentMethod,
  newestStripeEvent,
  TEST_CARD,
} from './money.js';
import { CANARY, type World } from './world.js';

const DAY_MS = 86_400_000;

type Ids = Readonly<Record<string, string>>;
type Supply = (world: World, self: Client) => Promise<Ids>;

const tomorrow = (): string => new Date(Date.now() + DAY_MS).toISOString();

const definition = (name: string): object => ({
  name,
  columns: [
    { name: 'id', type: 'uuid', primaryKey: true },
    { name: 'label', type: 'text' },
    { name: 'parent_id', type: 'uuid' },
    { name: 'other_id', type: 'uuid', references: { table: name, column: 'id' } },
  ],
});
const namesOf = (table: string): Ids => ({ table, column: 'label', foreignKey: `${table}_other_id_fkey` });

/** Makes what an input names, anew for every case, so that what one case destroys no other misses. */
const supplies: Readonly<Record<string, Supply>> = {
  fresh: (world) => {
    const name = world.fresh('f');
    return Promise.resolve({ name, text: name, slug: name, key: name, email: `${name}@example.com` });
  },
  table: async (world) => {
    const name = world.fresh('t_');
    await world.a.owner.must('POST', '/v1/tables', definition(name));
    return namesOf(name);
  },
  productTable: async (world) => {
    const name = world.fresh('p_');
    const { change } = await world.staff.must<{ change: { version: string } }>(
      'POST',
      '/v1/product-tables',
      definition(name),
    );
    return { ...namesOf(name), version: change.version };
  },
  agent: (world) => makeAgent(world, 0),
  draftedAgent: async (world) => {
    const agent = await makeAgent(world, 0);
    await draftVersion(world, agent.id);
    return agent;
  },
  rolledOutAgent: (world) => makeAgent(world, 2),
  liveAgent: (world) => makeAgent(world, 1),
  mcpToken: async (world) => {
    const { id } = await makeAgent(world, 1);
    return world.a.owner.must('POST', `/v1/agents/${id}/tokens`, { audiences: ['mcp'] });
  },
  agentToken: async (world) => {
    const { id } = await makeAgent(world, 1);
    return world.a.owner.must('POST', `/v1/agents/${id}/tokens`, { audiences: ['api'] });
  },
  budgetedToken: async (world) => {
    const { id } = await makeAgent(world, 1);
    return world.a.owner.must('POST', `/v1/agents/${id}/tokens`, { audiences: ['api'], budget: '1.00' });
  },
  apiKey: (world) => world.a.owner.must('POST', '/v1/api-keys', { name: 'fuzz', scopes: ['rows.read'] }),
  keyRotation: (world) => world.a.owner.must('POST', '/v1/encryption/rotations', {}),
  supportGrant: (world) => world.a.owner.must('POST', '/v1/support-grants', { reason: 'fuzz', expiresAt: tomorrow() }),
  member: (world) =>
    world.a.owner.must('POST', '/v1/members', { email: `${world.fresh('m')}@example.com`, role: 'staff' }),
  adminMember: (world) =>
    world.a.owner.must('POST', '/v1/members', { email: `${world.fresh('m')}@example.com`, role: 'admin' }),
  staffMember: (world) =>
    world.staff.must('POST', '/v1/staff', { email: `${world.fresh('s')}@example.com`, role: 'viewer' }),
  person: (world) => {
    const { email, password } = world.person();
    return Promise.resolve({ email, password });
  },
  self: (world, self) => Promise.resolve({ password: self.password, tenantId: world.a.id }),
  session: async (world) => ({ ...(await world.person().signIn()) }),
  invitation: async (world) => ({ token: await world.invite(`${world.fresh('i')}@example.com`) }),
  organization: (world) => world.staff.must('POST', '/v1/organizations', { name: world.fresh('o') }),
  tenant: async (world) => makeTenant(world),
  suspendedTenant: async (world) => {
    const tenant = await makeTenant(world);
    await world.staff.must('POST', `/v1/tenants/${tenant.id}/suspend`, {});
    return tenant;
  },
  plan: (world) => world.staff.must('POST', '/v1/plans', { name: world.fresh('p'), price: '1.00' }),
  overriddenTenant: async (world) => {
    const [{ id }, feature] = [await makeTenant(world), world.fresh('f')];
    await world.staff.must('PUT', `/v1/tenants/${id}/entitlements/${feature}`, { enabled: true, reason: 'fuzz' });
    return { id, feature };
  },
  meter: (world) => world.a.owner.must('POST', '/v1/meters', { key: world.fresh('m'), aggregation: 'count' }),
  budget: (world) => makeBudget(world),
  reservation: async (world) => {
    const { id } = await makeBudget(world);
    return world.a.owner.must('POST', '/v1/budgets/reservations', { accounts: [id], estimate: '0.10' });
  },
  spender: async (world) => {
    await makeBudget(world);
    return { tenantId: world.a.id };
  },
  conversation: (world) => world.a.owner.must('POST', '/v1/conversations', {}),
  completion: async (world) => {
    await makeBudget(world);
    const body = { model: 'local-rules', messages: [{ role: 'user', content: world.fresh('q') }] };
    return world.a.owner.must('POST', '/v1/chat/completions', body);
  },
  priceBook: async (world) => {
    const price = { provider: 'acme', contextTokens: 10, maxOutputTokens: 10, input: '1', output: '1' };
    const body = { models: [{ model: world.fresh('m'), ...price }] };
    const { version } = await world.staff.must<{ version: number }>('POST', '/v1/price-books', body);
    return { version: String(version) };
  },
  providerKey: (world) => world.a.owner.must('PUT', '/v1/provider-keys/acme', { apiKey: world.fresh('k') }),
  invoice: (world) => makeInvoice(world),
  openInvoice: async (world) => finalizeInvoice(world, await makeInvoice(world)),
  overpricedInvoice: async (world) => {
    const { id: tenantId } = await makeTenant(world);
    const { id: planId } = await world.staff.must<{ id: string }>('POST', '/v1/plans', {
      name: world.fresh('p'),
      price: '31.00',
    });
    await world.staff.must('PUT', `/v1/tenants/${tenantId}/plan`, { planId });
    const { id } = await finalizeInvoice(world, await makeInvoice(world, tenantId));
    await world.staff.must('POST', `/v1/plans/${planId}/versions`, { price: '1.00' });
    return { id, tenantId, planId };
  },
  billedOrganization: async (world) => {
    const { id } = await world.staff.must<{ id: string }>('POST', '/v1/organizations', { name: world.fresh('o') });
    const { id: tenantId } = await makeTenant(world, { organizationId: id });
    return { id, tenantId };
  },
  usageEvent: async (world) => {
    const [type, id] = [world.fresh('m'), world.fresh('e')];
    await world.a.owner.must('POST', '/v1/meters', { key: type, aggregation: 'count' });
    await world.a.owner.must('POST', '/v1/usage', { events: [{ id, type }] });
    return { id, type };
  },
  paymentMethod: async (world) => ({ id: await makePaymentMethod(world) }),
  dueInvoice: async (world) => {
    await makePaymentMethod(world);
    return finalizeInvoice(world, await makeInvoice(world));
  },
  payment: async (world) => {
    await makePaymentMethod(world);
    const { id, tenantId } = await finalizeInvoice(world, await makeInvoice(world));
    return world.staff.must('POST', `/v1/tenants/${tenantId}/invoices/${id}/collect`, {});
  },
  privacyRequest: (world) => openPrivacyRequest(world),
  optOutRequest: (world) => openPrivacyRequest(world, { type: 'ccpa_opt_out' }),
  processorRequest: (world) =>
    openPrivacyRequest(world, { controller: { name: 'Clinic', email: `${world.fresh('c')}@example.com` } }),
  askedRequest: (world) => changePrivacyRequest(world, 'questions', { about: 'scope', text: 'Which account?' }),
  deniedRequest: (world) => changePrivacyRequest(world, 'deny', { reason: 'other', explanation: 'No.' }),
  legalHold: (world) =>
    asSomebodyElse(world, '/v1/privacy/holds', { name: 'Fuzz', reason: 'fuzz', subjectEmail: 'ada@example.com' }),
  appealedRequest: async (world) => {
    const { id } = await openPrivacyRequest(world);
    await asSomebodyElse(world, `/v1/privacy/requests/${id}/deny`, { reason: 'other', explanation: 'No.' });
    return world.a.owner.must('POST', `/v1/privacy/requests/${id}/appeal`, { text: 'But.' });
  },
  formRequest: async (world) => {
    const { id } = await changePrivacyRequest(world, 'verification/code', {});
    return { id, code: await world.mailedSecret(id, /(?<=^ {4})\d{6}$/m) };
  },
  privacyForm: async (world) => {
    await world.a.owner.must('PUT', '/v1/privacy/settings', { formEnabled: true });
    return { slug: world.a.slug };
  },
  connected: async (world) => {
    await connectAccount(world);
    return { card: TEST_CARD };
  },
  directPayment: async (world) => {
    await connectAccount(world);
    const wish = { amount: '10.00', currency: 'USD', paymentMethodId: TEST_CARD, returnUrl: APP };
    return world.a.owner.must('POST', '/v1/payments', { reference: world.fresh('p'), ...wish });
  },
  stripeEvent: async (world) => {
    await makePaymentMethod(world);
    const { id, tenantId } = await finalizeInvoice(world, await makeInvoice(world));
    await world.staff.must('POST', `/v1/tenants/${tenantId}/invoices/${id}/collect`, {});
    return { id: await newestStripeEvent(world) };
  },
  ...subjectSupplies,
  ...privacySupplies,
  ...toolSupplies,
  ...assuranceSupplies,
  ...auditSupplies,
  ...retentionSupplies,
  b: (world) => Promise.resolve({ tenantId: world.b.id, slug: CANARY, email: world.b.owner.email }),
};

/** What an approver must not do about their own decision is decided by a key first. */
const asSomebodyElse = async (world: World, path: string, body: object): Promise<{ id: string }> => {
  const wish = { name: world.fresh('k'), scopes: ['compliance.*'] };
  const { key } = await world.a.owner.must<{ key: string }>('POST', '/v1/api-keys', wish);
  return must(await sendJson(world.wire, 'POST', path, { authorization: `Bearer ${key}` }, body), path);
};

const openPrivacyRequest = (world: World, more: object = {}): Promise<{ id: string }> => {
  const email = `${world.fresh('p')}@example.com`;
  const wish = { type: 'gdpr_rectification', subjectName: 'Fuzz', subjectEmail: email, ...more };
  return world.a.owner.must('POST', '/v1/privacy/requests', wish);
};

const changePrivacyRequest = async (world: World, path: string, body: object): Promise<{ id: string }> => {
  const { id } = await openPrivacyRequest(world);
  return world.a.owner.must('POST', `/v1/privacy/requests/${id}/${path}`, body);
};

const draftVersion = (world: World, agentId: string): Promise<unknown> =>
  world.a.owner.must('POST', `/v1/agents/${agentId}/versions`, {
    config: { model: 'local-rules', permissions: ['rows.read', 'meters.read'], tools: [{ name: 'list_meters' }] },
  });

/** An agent with some versions that were in force one after the other. */
async function makeAgent(world: World, versions: number): Promise<{ id: string }> {
  const agent = await world.a.owner.must<{ id: string }>('POST', '/v1/agents', { name: world.fresh('a') });
  for (let number = 1; number <= versions; number += 1) {
    await draftVersion(world, agent.id);
    await world.a.owner.must('POST', `/v1/agents/${agent.id}/versions/${number}/publish`, {});
  }
  return agent;
}

/** @throws Error when its provisioning fails: no input of anybody may keep new tenants from being made */
async function makeTenant(world: World, more: { readonly organizationId?: string } = {}): Promise<{ id: string }> {
  const slug = world.fresh('c');
  const facts = { slug, name: slug, ownerEmail: `${slug}@example.com`, ownerPassword: PASSWORD, ...more };
  const tenant = await world.staff.must<{ id: string; status: string }>('POST', '/v1/tenants', facts);
  if (tenant.status === 'active') return tenant;
  const provisioning = await world.staff.must<unknown>('GET', `/v1/tenants/${tenant.id}/provisioning`);
  throw new Error(`a new tenant is ${tenant.status}: ${JSON.stringify(provisioning)}`);
}

/** Makes what a case needs, for whoever sends it. */
export async function supply(world: World, one: Case, self: Client): Promise<Supplied> {
  const names = suppliesIn(one).filter((name) => Object.hasOwn(supplies, name));
  const made = names.map(async (name) => [name, await supplies[name]!(world, self)] as const);
  return Object.fromEntries(await Promise.all(made));
}
