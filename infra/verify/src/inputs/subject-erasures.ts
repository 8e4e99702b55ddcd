import { setTimeout as pause } from 'node:timers/promises';
import { json } from '../client/client.js';
import type { Bench } from './kinds.js';
import { newSubject } from './subject-copies.js';

interface Erasure {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
  readonly problem: string | null;
  readonly places: readonly { readonly kind: string; readonly position: number }[];
}

const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 100;

/** An erasure that somebody else than the owner planned, and a task of it. */
export async function newErasure(bench: Bench): Promise<{ id: string; digest: string; task: string }> {
  const { id, digest, places } = await plan(bench);
  return { id, digest, task: String(places.find(({ kind }) => kind === 'task')!.position) };
}

async function plan(bench: Bench): Promise<Erasure> {
  const { workshop, tenant } = bench;
  const { person } = await workshop.tenant('pool');
  await workshop.addMember(tenant, person, 'admin');
  const planner = await workshop.session(person, tenant);
  const wish = { subject: [await newSubject(bench)] };
  return workshop.client.must<Erasure>(planner, json('POST', '/v1/privacy/erasures', wish));
}

/** An erasure that was carried out and certified. @throws Error when that takes too long */
export async function newDoneErasure(bench: Bench): Promise<{ id: string }> {
  const { workshop, tenant } = bench;
  const { id, digest, places } = await plan(bench);
  const path = `/v1/privacy/erasures/${id}`;
  for (const { position } of places.filter(({ kind }) => kind === 'task')) {
    await workshop.client.must(tenant.owner, json('POST', `${path}/tasks/${position}`, { finding: 'Nothing' }));
  }
  await workshop.client.must(tenant.owner, json('POST', `${path}/approve`, { digest }));
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status, problem } = await workshop.client.must<Erasure>(tenant.owner, json('GET', path));
    if (status === 'done') return { id };
    if (performance.now() > deadlineMs) throw new Error(`The erasure ${id} is ${status}: ${problem}`);
    await pause(ASK_EVERY_MS);
  }
}
