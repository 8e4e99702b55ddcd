import { setTimeout as delay } from 'node:timers/promises';
import { PASSWORD } from '../../bench/instance/client.js';
import type { Api } from '../demo/api.js';
import { Ledger } from './ledger.js';
import { TABLE } from './load.js';

const TABLE_PATIENCE_MS = 20_000;
const POLL_MS = 50;
const UNLIMITED = { ratePerS: 100_000, burst: 1_000_000 };

/** One of the two tenants under load. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly isolation: 'pool' | 'schema';
  readonly owner: Api;
  readonly ledger: Ledger;
  /** The owner of the other one, who must never see a row of this one. */
  readonly other: Api;
}

/** Makes both tenants and the table that they have in common. */
export async function makeTenants(staff: Api): Promise<[Tenant, Tenant]> {
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'token', type: 'text' },
    { name: 'amount', type: 'integer' },
  ];
  const [a, b] = await Promise.all([
    makeTenant(staff, 'chaos-schema', 'schema'),
    makeTenant(staff, 'chaos-pool', 'pool'),
  ]);
  await staff.must('POST', '/v1/product-tables', { body: { name: TABLE, columns } });
  await Promise.all([awaitTable(a.owner), awaitTable(b.owner)]);
  return [
    { ...a, other: b.owner },
    { ...b, other: a.owner },
  ];
}

async function makeTenant(staff: Api, slug: string, isolation: Tenant['isolation']): Promise<Omit<Tenant, 'other'>> {
  const ownerEmail = `owner@${slug}.example`;
  const body = { slug, name: slug, isolation, ownerEmail, ownerPassword: PASSWORD };
  const { id } = await staff.must<{ id: string }>('POST', '/v1/tenants', { body });
  await staff.must('PUT', `/v1/tenants/${id}/rate-limit`, { body: UNLIMITED });
  const owner = await staff.as(null).signIn(ownerEmail, PASSWORD);
  return { id, slug, isolation, owner, ledger: new Ledger() };
}

/** A product table comes to each tenant by itself, a moment after it was defined. */
async function awaitTable(owner: Api): Promise<void> {
  const untilMs = Date.now() + TABLE_PATIENCE_MS;
  while ((await owner.call('GET', `/rest/v1/${TABLE}?limit=1`)).status !== 200) {
    if (Date.now() > untilMs) throw new Error(`the table ${TABLE} did not come to a tenant`);
    await delay(POLL_MS);
  }
}
