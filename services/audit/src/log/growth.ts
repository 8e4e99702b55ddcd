import { sql, type Sql } from '@tenantry/database';
import type { Clock } from '@tenantry/kernel';

/** Numbers are taken before the commit that shows them: a log may seem to have grown this long ago and be new. */
const COMMITTED_WITHIN_MS = 30_000;
/** Whatever took longer to commit, or came another way (a tenant that was moved here), is found then. */
const ALL_EVERY_MS = 60_000;

/** One look at the logs that grew. */
export interface Look {
  /** Which rows of `audit.head` to look at. */
  readonly heads: Sql;
  /** To be said when nothing that was found is left to do: the next look begins where this one did. */
  done(): void;
}

/** Finds the logs that grew since everything was done, by an index and not among all tenants; all of them at first, and once a minute. */
export class Growth {
  private doneAtMs = -Infinity;
  private allDoneAtMs = -Infinity;

  constructor(private readonly clock: Clock) {}

  look(): Look {
    const atMs = this.clock.now().getTime();
    const isOfAll = atMs < this.doneAtMs || atMs - this.allDoneAtMs >= ALL_EVERY_MS;
    const done = (): void => {
      this.doneAtMs = atMs;
      if (isOfAll) this.allDoneAtMs = atMs;
    };
    if (isOfAll) return { heads: sql`true`, done };
    const withinS = (atMs - this.doneAtMs + COMMITTED_WITHIN_MS) / 1_000;
    return { heads: sql`head.grown_at > now() - make_interval(secs => ${withinS})`, done };
  }
}
