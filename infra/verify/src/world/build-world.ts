import { json } from '../client/client.js';
import { createTables, fillTables, HEALTH, ID } from '../inputs/tables.js';
import { makeCredentials, untilAllowed, untilRefused } from './credentials.js';
import type { Mode, Pair, Tenant, World } from './tenant.js';
import type { Workshop } from './workshop.js';

/** What the operator gave. */
export interface Ground {
  readonly baseDomain: string;
  /** The key that signs access tokens, when the state directory was given. */
  readonly accessKeyPem: string | null;
}

/** In force wherever it is already today. */
const LONG_AGO = '2000-01-01';
const MODES: readonly Mode[] = ['pool', 'schema'];

/** Makes two tenants of each mode, one that is suspended, and everybody who was let in once and no longer is. */
export async function buildWorld(workshop: Workshop, { baseDomain, accessKeyPem }: Ground): Promise<World> {
  const [removed, downgraded, viewer, former, suspended] = [
    await workshop.tenant('pool'),
    await workshop.tenant('pool'),
    await workshop.tenant('pool'),
    await workshop.tenant('pool'),
    await workshop.tenant('schema'),
  ];
  const pairs: Pair[] = [];
  for (const mode of MODES) {
    const [a, b] = [await workshop.tenant(mode), await workshop.tenant(mode)];
    const tables = { a: await giveTables(workshop, a), b: await giveTables(workshop, b) };
    const outcasts = { removed: removed.person, downgraded: downgraded.person };
    const credentials = await makeCredentials(workshop, a, { other: b, outcasts, accessKeyPem });
    pairs.push({ mode, a, b, credentials, tables });
  }
  await workshop.addStaff(viewer.person, 'viewer');
  await makeFormerStaff(workshop, former);
  return {
    admin: workshop.admin,
    viewer: { ...viewer.owner, sees: 'everyone' as const },
    formerStaff: former.owner,
    pairs,
    suspended: await suspend(workshop, suspended),
    baseDomain,
  };
}

async function makeFormerStaff(workshop: Workshop, { person, owner }: Tenant): Promise<void> {
  await workshop.addStaff(person, 'admin');
  const asStaff = { ...owner, sees: 'everyone' as const };
  await untilAllowed(workshop, asStaff, json('GET', '/v1/tenants?limit=1'));
  await workshop.client.must(workshop.admin, json('DELETE', `/v1/staff/${person.userId}`));
  await untilRefused(workshop, asStaff, json('GET', '/v1/tenants?limit=1'));
}

async function suspend(workshop: Workshop, tenant: Tenant): Promise<World['suspended']> {
  const { caller: key } = await workshop.key(tenant, { scopes: ['*'] });
  await workshop.client.must(key, json('GET', '/v1/tenant'));
  await workshop.client.must(workshop.admin, json('POST', `/v1/tenants/${tenant.id}/suspend`, {}));
  await untilRefused(workshop, tenant.owner, json('GET', '/v1/tenant'));
  return { owner: tenant.owner, key };
}

/** Signs what health information needs, and waits until tables for it can be made. */
async function allowHealthData(workshop: Workshop, tenant: Tenant): Promise<void> {
  const facts = { counterparty: tenant.canary.word(), version: tenant.canary.word(), effectiveOn: LONG_AGO };
  await workshop.client.must(workshop.admin, json('POST', `/v1/tenants/${tenant.id}/agreements`, facts));
  const table = { name: tenant.canary.name(), columns: [ID, HEALTH] };
  await untilAllowed(workshop, tenant.owner, json('POST', '/v1/tables', table));
}

/** Tables of the tenant's own, with rows: a tenant of the pool has no role of its own before. */
async function giveTables(workshop: Workshop, tenant: Tenant): Promise<string> {
  await allowHealthData(workshop, tenant);
  const { client } = workshop;
  const names = await createTables(client, tenant.owner, '/v1/tables', tenant.canary);
  await fillTables(client, tenant, names);
  return names.name;
}
