import { setTimeout as pause } from 'node:timers/promises';
import { json } from '../client/client.js';
import { idOf } from './id-of.js';
import type { Bench, Thing } from './kinds.js';

interface Review {
  readonly id: string;
  readonly status: string;
  readonly problem: string | null;
}

const PATIENCE_MS = 30_000;
const ASK_EVERY_MS = 100;

/** A review whose population is frozen. @throws Error when that takes too long */
async function newReview({ workshop, tenant: { owner, canary } }: Bench): Promise<string> {
  const { id } = await workshop.client.must<Review>(owner, json('POST', '/v1/access-reviews', { name: canary.word() }));
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status, problem } = await workshop.client.must<Review>(owner, json('GET', `/v1/access-reviews/${id}`));
    if (status === 'open') return id;
    if (performance.now() > deadlineMs) throw new Error(`The access review ${id} is ${status}: ${problem}`);
    await pause(ASK_EVERY_MS);
  }
}

/** Access reviews; whoever decides decides about what somebody else gave to themselves. */
export const accessReviews = {
  accessReview: async (bench: Bench): Promise<Thing> => {
    await newReview(bench); // a list of one has no cursor
    return { id: await newReview(bench) };
  },
  accessItem: async (bench: Bench): Promise<Thing> => {
    const { workshop, tenant } = bench;
    const { person } = await workshop.tenant('pool');
    await workshop.addMember(tenant, person, 'admin');
    const wish = { name: tenant.canary.word(), scopes: ['rows.read'] };
    const keyId = await idOf(bench, await workshop.session(person, tenant), '/v1/api-keys', wish);
    const reviewId = await newReview(bench);
    const page = json('GET', `/v1/access-reviews/${reviewId}/items?kind=api_key&limit=200`);
    const { data } = await workshop.client.must<{ data: { id: string; accessId: string }[] }>(tenant.owner, page);
    return { all: [data.find(({ accessId }) => accessId === keyId)!.id], reviewId };
  },
  completedAccessReview: async (bench: Bench): Promise<Thing> => {
    const id = await newReview(bench);
    const wish = json('POST', `/v1/access-reviews/${id}/complete`, { leftBecause: 'Nobody else is there' });
    await bench.workshop.client.must(bench.tenant.owner, wish);
    return { id };
  },
};
