import { eventually } from '@tenantry/testing/eventually';
import type { Client } from '../fuzz/client.js';

const PATIENCE_MS = 60_000;

/** Somebody who may do something in a tenant. */
export interface ReviewedMember {
  readonly email: string;
  readonly userId: string;
}

/** A review with a member whom the owner let in, whose population is frozen. */
export async function openReview(owner: Client, email: string): Promise<{ id: string; member: ReviewedMember }> {
  const member = await owner.must<ReviewedMember>('POST', '/v1/members', {
    email,
    name: email.split('@')[0],
    role: 'staff',
  });
  const { id } = await owner.must<{ id: string }>('POST', '/v1/access-reviews', { name: `of ${email}` });
  const isOpen = async (): Promise<boolean> =>
    (await owner.must<{ status: string }>('GET', `/v1/access-reviews/${id}`)).status === 'open';
  await eventually(isOpen, PATIENCE_MS);
  return { id, member };
}
