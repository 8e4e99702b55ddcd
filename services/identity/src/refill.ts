import type { Doors } from '@tenantry/database';
import type { Projection } from '@tenantry/messaging';
import { allAccessEntries } from './break-glass/emergency-access.table.js';
import { allGrantEntries } from './grants/support-grant.table.js';
import { allKeyEntries } from './keys/api-key.table.js';
import { allMemberEntries } from './members/people.table.js';
import { recentRevocations } from './sessions/session.table.js';

/** Everything that identity says in directories, from Postgres: fills a bucket that is new or was lost. */
export async function* refill(doors: Doors): AsyncIterable<Projection> {
  yield* allMemberEntries(doors);
  yield* allKeyEntries(doors);
  yield* recentRevocations(doors);
  yield* allGrantEntries(doors);
  yield* allAccessEntries(doors);
}
