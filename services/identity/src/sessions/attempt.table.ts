import { sql, type ControlDatabase } from '@tenantry/database';

/** One thing whose failures are counted: an account or an address. */
export interface Counter {
  readonly key: Buffer;
  /** Failures before the first wait. */
  readonly free: number;
}

/** How failures turn into waiting. */
export interface AttemptRules {
  /** Failures older than this are forgotten. */
  readonly windowS: number;
  readonly maxWaitS: number;
}

/**
 * Counts an attempt against every counter, unless one of them has to wait. Counting comes before the password is checked,
 * so that attempts made at the same time can't outrun it. Answers until when to wait, or null.
 */
export async function countAttempt(
  control: ControlDatabase,
  counters: readonly Counter[],
  rules: AttemptRules,
  now: Date,
): Promise<Date | null> {
  const keys = counters.map(({ key }) => key);
  const frees = counters.map(({ free }) => free);
  return control.job('identity_signin').transaction(async (tx) => {
    // In the order of the keys, so that two attempts never wait for each other in a circle.
    const counted = await tx.execute(sql`
      insert into identity.sign_in_attempt as known (key, failures, last_at)
      select key, 1, ${now} from unnest(${keys}::bytea[]) as key order by key
      on conflict (key) do update set
        failures = case when known.last_at < ${now}::timestamptz - make_interval(secs => ${rules.windowS}) then 1 else known.failures + 1 end,
        last_at = excluded.last_at
      where known.blocked_until is null or known.blocked_until <= ${now}`);
    if (counted < counters.length) {
      const blocked = await tx.one<{ until: Date }>(sql`
        select max(blocked_until) as until from identity.sign_in_attempt where key = any(${keys}::bytea[]) and blocked_until > ${now}`);
      return blocked?.until ?? null;
    }
    await tx.execute(sql`
      update identity.sign_in_attempt as known
      set blocked_until = ${now}::timestamptz + make_interval(secs => least(${rules.maxWaitS}, power(2, least(known.failures - counter.free, 30))))
      from unnest(${keys}::bytea[], ${frees}::int[]) as counter (key, free)
      where known.key = counter.key and known.failures >= counter.free`);
    return null;
  });
}

/** Takes an attempt back that succeeded: the account starts anew, the address loses this one failure. */
export async function forgetAttempt(control: ControlDatabase, account: Buffer, address: Buffer | null): Promise<void> {
  await control.job('identity_signin').transaction(async (tx) => {
    // Locked in the order in which attempts are counted.
    const keys = address ? [account, address] : [account];
    await tx.query(sql`select from identity.sign_in_attempt where key = any(${keys}::bytea[]) order by key for update`);
    await tx.execute(sql`delete from identity.sign_in_attempt where key = ${account}`);
    if (!address) return;
    await tx.execute(
      sql`update identity.sign_in_attempt set failures = failures - 1, blocked_until = null where key = ${address} and failures > 0`,
    );
  });
}
