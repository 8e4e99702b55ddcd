import { sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../log/entry.table.js';
import { MAX_DESTINATIONS, type Destination } from './destination.js';

const columns = sql`id, name, url, format, email, state, delivered, delivered_at as "deliveredAt", failures, failing_since as "failingSince", problem,
  next_at as "nextAt", created_at as "createdAt"`;

/** The sealed secrets of a destination. */
export interface SealedSecrets {
  readonly secret: string;
  readonly bearerToken: string | null;
}

export async function insertDestination(tx: Transaction, made: Destination, sealed: SealedSecrets): Promise<void> {
  await tx.execute(sql`
    insert into audit.destination (tenant_id, id, name, url, format, secret, bearer_token, email, state, delivered, next_at, created_at)
    values (${tx.tenantId}, ${made.id}, ${made.name}, ${made.url}, ${made.format}, ${sealed.secret}, ${sealed.bearerToken}, ${made.email},
      ${made.state}, ${made.delivered}, ${made.nextAt}, ${made.createdAt})`);
}

/** Lets one be added after the other. @throws Fault `conflict` when there are as many as there may be */
export async function assertRoom(tx: Transaction): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('audit.destination ' || ${tx.tenantId}::text, 0))`,
  );
  const counted = await tx.one<{ destinations: bigint }>(sql`select count(*) as destinations from audit.destination`);
  if (counted!.destinations >= BigInt(MAX_DESTINATIONS)) {
    throw new Fault('conflict', { detail: `There are ${MAX_DESTINATIONS} destinations already; remove one first` });
  }
}

export async function listDestinations(rows: Rows): Promise<Destination[]> {
  return rows.query<Destination>(sql`select ${columns} from audit.destination order by id`);
}

/** @throws Fault `not-found` */
export async function requireDestination(rows: Rows, id: string): Promise<Destination> {
  const [found] = await rows.query<Destination>(sql`select ${columns} from audit.destination where id = ${id}`);
  if (!found) throw new Fault('not-found');
  return found;
}

/** Makes a destination active from an entry on, as if nothing had failed. Answers the one before. @throws Fault `not-found` */
export async function resumeDestination(
  tx: Transaction,
  id: string,
  delivered: bigint | null,
  now: Date,
): Promise<Destination> {
  const old = await tx.one<Destination>(sql`select ${columns} from audit.destination where id = ${id} for update`);
  if (!old) throw new Fault('not-found');
  await tx.execute(sql`update audit.destination set state = 'active', delivered = ${delivered ?? old.delivered}, failures = 0,
    failing_since = null, problem = null, next_at = ${now} where id = ${id}`);
  return old;
}

/** Answers whether there was one. */
export async function deleteDestination(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.execute(sql`delete from audit.destination where id = ${id}`)) > 0;
}
