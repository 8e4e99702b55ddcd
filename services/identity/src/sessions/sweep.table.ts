import { sql, type ControlDatabase } from '@tenantry/database';

const DAY_MS = 86_400_000;
/** Ended sessions stay a while, for whoever looks into an incident. */
const KEEP_ENDED_MS = 30 * DAY_MS;
const KEEP_PREPARED_MS = 30 * DAY_MS;
const KEEP_ATTEMPTS_MS = DAY_MS;

/** Each statement in its own commit: none needs the others. */
export async function sweep(control: ControlDatabase, now: Date): Promise<void> {
  const job = control.job('identity_sweep');
  const before = (ageMs: number): Date => new Date(now.getTime() - ageMs);
  await job.query(sql`delete from identity.session where least(ended_at, expires_at) < ${before(KEEP_ENDED_MS)}`);
  await job.query(sql`delete from identity.refresh_token where expires_at < ${now}`);
  await job.query(sql`delete from identity.one_time_link where expires_at < ${now}`);
  await job.query(sql`delete from identity.prepared_owner where prepared_at < ${before(KEEP_PREPARED_MS)}`);
  await job.query(sql`delete from identity.sign_in_attempt where last_at < ${before(KEEP_ATTEMPTS_MS)}`);
}
