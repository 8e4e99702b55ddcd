import { setTimeout as pause } from 'node:timers/promises';
import type { World } from './world.js';

type Ids = Readonly<Record<string, string>>;

interface Review {
  readonly id: string;
  readonly status: string;
}

const PATIENCE_MS = 30_000;
const ASK_EVERY_MS = 100;

/** A review whose population is frozen. @throws Error when that takes too long */
async function openReview({ a: { owner } }: World): Promise<Ids> {
  const { id } = await owner.must<Review>('POST', '/v1/access-reviews', {});
  const deadlineMs = performance.now() + PATIENCE_MS;
  while ((await owner.must<Review>('GET', `/v1/access-reviews/${id}`)).status !== 'open') {
    if (performance.now() > deadlineMs) throw new Error(`The access review ${id} is not frozen`);
    await pause(ASK_EVERY_MS);
  }
  return { id };
}

/** Access reviews, and in one what somebody else than the owner gave. */
export const accessReviewSupplies = {
  accessReview: (world: World): Promise<Ids> => openReview(world),
  accessItem: async (world: World): Promise<Ids> => {
    const second = await world.secondPerson();
    const { id: keyId } = await second.must<Ids>('POST', '/v1/api-keys', { name: 'fuzz', scopes: ['rows.read'] });
    const { id: reviewId } = await openReview(world);
    const id = await itemOf(world, reviewId!, keyId!);
    return { id, reviewId: reviewId! };
  },
  completedAccessReview: async (world: World): Promise<Ids> => {
    const { id } = await openReview(world);
    const wish = { leftBecause: 'Nobody else is there' };
    return world.a.owner.must('POST', `/v1/access-reviews/${id}/complete`, wish);
  },
};

async function itemOf({ a: { owner } }: World, reviewId: string, accessId: string): Promise<string> {
  for (let cursor = ''; ;) {
    const page = await owner.must<{ data: { id: string; accessId: string }[]; nextCursor: string | null }>(
      'GET',
      `/v1/access-reviews/${reviewId}/items?kind=api_key&limit=200${cursor}`,
    );
    const found = page.data.find((one) => one.accessId === accessId);
    if (found) return found.id;
    if (page.nextCursor === null) throw new Error('The key is not in the review');
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}
