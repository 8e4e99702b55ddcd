import { setTimeout as pause } from 'node:timers/promises';
import { json } from '../client/client.js';
import type { Bench } from './kinds.js';

interface Access {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
  readonly places: readonly { readonly kind: string; readonly position: number }[];
}

const COLLECT_PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 100;

/** A person in a table of the tenant's, by what a copy is planned with. */
export async function newSubject({ workshop, tenant }: Bench): Promise<{ table: string; value: string }> {
  const [table, value] = [tenant.canary.name(), tenant.canary.word()];
  const columns = [
    { name: 'id', type: 'text', primaryKey: true },
    { name: 'name', type: 'text', classification: 'personal' },
  ];
  await workshop.client.must(tenant.owner, json('POST', '/v1/tables', { name: table, subjectColumn: 'id', columns }));
  const row = { id: value, name: tenant.canary.classified() };
  const insert = { ...json('POST', `/rest/v1/${table}`, row), headers: { prefer: 'return=representation' } };
  await workshop.client.must(tenant.owner, insert);
  return { table, value };
}

/** A planned copy of a person's data, and a task of it. */
export async function newAccess(bench: Bench): Promise<{ id: string; digest: string; task: string }> {
  const { id, digest, places } = await plan(bench);
  return { id, digest, task: String(places.find(({ kind }) => kind === 'task')!.position) };
}

async function plan(bench: Bench): Promise<Access> {
  const { workshop, tenant } = bench;
  const wish = { subject: [await newSubject(bench)] };
  return workshop.client.must<Access>(tenant.owner, json('POST', '/v1/privacy/access', wish));
}

/** A copy that was collected and waits for its review. @throws Error when collecting takes too long */
export async function newReviewedAccess(bench: Bench): Promise<{ id: string }> {
  const { workshop, tenant } = bench;
  const { id, digest, places } = await plan(bench);
  const path = `/v1/privacy/access/${id}`;
  await workshop.client.must(tenant.owner, json('POST', `${path}/collect`, { digest }));
  for (const { position } of places.filter(({ kind }) => kind === 'task')) {
    await workshop.client.must(tenant.owner, json('POST', `${path}/tasks/${position}`, { finding: 'Nothing' }));
  }
  const deadlineMs = performance.now() + COLLECT_PATIENCE_MS;
  for (;;) {
    const { status } = await workshop.client.must<Access>(tenant.owner, json('GET', path));
    if (status === 'review') return { id };
    if (performance.now() > deadlineMs) throw new Error(`The copy ${id} is ${status} and was not collected in time`);
    await pause(ASK_EVERY_MS);
  }
}

/** What fetches a copy, once. */
export async function newReleasedAccess(bench: Bench): Promise<{ token: string; code: string }> {
  const { id } = await newReviewedAccess(bench);
  return bench.workshop.client.must(bench.tenant.owner, json('POST', `/v1/privacy/access/${id}/release`, {}));
}
