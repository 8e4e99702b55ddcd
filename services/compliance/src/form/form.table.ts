import { sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';

const MAX_AN_HOUR = 100;
const MAX_MAILS_AN_HOUR = 3;
const HOUR_MS = 3_600_000;

/** How many requests came by a tenant's form within the last hour, in all and for one address. */
export interface FormLoad {
  readonly all: number;
  readonly forAddress: number;
}

export async function countLately(tx: Transaction, email: string, now: Date): Promise<FormLoad> {
  const since = new Date(now.getTime() - HOUR_MS);
  const load = await tx.one<FormLoad>(sql`
    select count(*)::integer as "all", count(*) filter (where subject_email = ${email})::integer as "forAddress"
    from (select subject_email from compliance.privacy_request
          where channel = 'form' and received_at > ${since} limit ${MAX_AN_HOUR}) as lately`);
  return load ?? { all: 0, forAddress: 0 };
}

/** @throws Fault `rate-limited` when the form was used too often to be people; it says nothing about an address */
export function assertRoom({ all }: FormLoad): void {
  if (all < MAX_AN_HOUR) return;
  throw new Fault('rate-limited', { detail: 'Too many requests came by this form within an hour', retryAfterS: 600 });
}

/** Whether another mail to the address is no nuisance. */
export function mayMail({ forAddress }: FormLoad): boolean {
  return forAddress < MAX_MAILS_AN_HOUR;
}
