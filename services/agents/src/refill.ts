import type { Doors } from '@tenantry/database';
import type { Projection } from '@tenantry/messaging';
import { allAgentEntries } from './registry/agent.table.js';
import { allStopEntries } from './stops/agent-stop.table.js';
import { allTokenEntries } from './tokens/token.table.js';

/** Everything that the agents service says in directories, from Postgres: fills a bucket that is new or was lost. */
export async function* refill(doors: Doors): AsyncIterable<Projection> {
  yield* allStopEntries(doors);
  yield* allAgentEntries(doors);
  yield* allTokenEntries(doors);
}
