import type { World } from './world.js';
import { ROWS_TABLE } from './world.js';

/** Everything of tenant B that its owner can see, as text: A, its people and strangers must leave it as it is. */
export async function lookAtB({ b }: World): Promise<string> {
  const paths = [
    `/rest/v1/${ROWS_TABLE}?order=id`,
    `/v1/tables/${ROWS_TABLE}`,
    '/v1/members',
    '/v1/api-keys',
    '/v1/tenant',
    '/v1/tenant/access-policy',
  ];
  const seen = await Promise.all(paths.map((path) => b.owner.must<unknown>('GET', path)));
  return JSON.stringify(seen);
}
