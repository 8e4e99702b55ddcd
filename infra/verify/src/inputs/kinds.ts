import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../client/caller.js';
import { json } from '../client/client.js';
import { Canary } from '../world/canary.js';
import type { Tenant } from '../world/tenant.js';
import type { Workshop } from '../world/workshop.js';
import { accessReviews } from './access-reviews.js';
import { agentTemplates } from './agent-templates.js';
import { agents } from './agents.js';
import { assurance } from './assurance.js';
import { idOf } from './id-of.js';
import { invitationToken } from './invitation.js';
import { money } from './money.js';
import { privacyRequests } from './privacy.js';
import { retention } from './retention.js';
import { subjectPlans } from './subject-plans.js';
import { toolApis } from './tool-apis.js';
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

/** How a thing comes to be. */
export type Maker = (bench: Bench) => Promise<Thing>;

const AUDIT_PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 50;

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
  supportGrant: async (bench) => ({
    id: await idOf(bench, bench.tenant.owner, '/v1/support-grants', {
      reason: bench.tenant.canary.word(),
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    }),
  }),
  member: member('staff'),
  adminMember: member('admin'),
  ...agents,
  ...money,
  ...privacyRequests,
  ...assurance,
  ...accessReviews,
  ...subjectPlans,
  ...toolApis,
  ...agentTemplates,
  ...retention,
  auditEntry: async (bench) => ({ id: await newestEntry(bench, bench.tenant.owner, '/v1/audit/events') }),
  actionSchema: async ({ workshop }) => {
    const action = `verify.${new Canary().word().toLowerCase()}`;
    await workshop.client.must(workshop.admin, json('PUT', `/v1/platform/audit/schemas/${action}`, { schema: {} }));
    return { action };
  },
  auditDestination: async ({ workshop, tenant }) => {
    const wish = { name: tenant.canary.word(), url: 'https://192.0.2.1/' };
    const made = json('POST', '/v1/audit/destinations', wish);
    const { destination } = await workshop.client.must<{ destination: { id: string } }>(tenant.owner, made);
    return { id: destination.id };
  },
  platformAuditEntry: async (bench) => ({
    id: await newestEntry(bench, bench.workshop.admin, '/v1/platform/audit/events'),
  }),
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

/** The trail is written a moment after what it tells of. */
async function newestEntry({ workshop }: Bench, reader: Caller, list: string): Promise<string> {
  const deadlineMs = performance.now() + AUDIT_PATIENCE_MS;
  for (;;) {
    const { data } = await workshop.client.must<{ data: { id: string }[] }>(reader, json('GET', `${list}?limit=1`));
    const id = data[0]?.id;
    // Proofs are given for what was signed, and that is done every second.
    if (id && (await workshop.client.send(reader, json('GET', `${list}/${id}/proof`))).status === 200) return id;
    if (performance.now() > deadlineMs) throw new Error(`What ${list} lists stays empty`);
    await pause(ASK_EVERY_MS);
  }
}
