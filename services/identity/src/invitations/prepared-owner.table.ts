import { sql, type ControlDatabase, type Transaction } from '@tenantry/database';

/** The owner of a tenant that is being provisioned. */
export interface PreparedOwner {
  readonly ref: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly passwordSetByStaff: boolean;
  /** Whom it made owner; null before and after. */
  readonly personId: string | null;
  readonly personIsNew: boolean;
  /** The last attempt at provisioning that asked for it, or failed. */
  readonly attempt: number;
}

/** One who is owner by now. */
export type EstablishedOwner = PreparedOwner & { readonly personId: string };

export function isEstablished(prepared: PreparedOwner): prepared is EstablishedOwner {
  return prepared.personId !== null;
}

const columns = sql`
  ref, email, password_hash as "passwordHash", password_set_by_staff as "passwordSetByStaff", person_id as "personId",
  person_is_new as "personIsNew", attempt`;

/** Keeps an owner for a tenant that may not exist yet, so it is a job's work and not the tenant's. */
export async function insertPreparation(
  control: ControlDatabase,
  prepared: { tenantId: string; ref: string; email: string; passwordHash: string | null; preparedAt: Date },
): Promise<void> {
  const { tenantId, ref, email, passwordHash, preparedAt } = prepared;
  await control.job('identity_directory').query(
    sql`
      insert into identity.prepared_owner (tenant_id, ref, email, password_hash, password_set_by_staff, prepared_at)
      values (${tenantId}, ${ref}, ${email}, ${passwordHash}, ${passwordHash !== null}, ${preparedAt})`,
    { tenantId },
  );
}

/** Locked until the commit: events about one tenant are handled one after the other. */
export function lockPreparation(tx: Transaction, ref: string): Promise<PreparedOwner | undefined> {
  return tx.one<PreparedOwner>(sql`select ${columns} from identity.prepared_owner where ref = ${ref} for update`);
}

export function lockPreparations(tx: Transaction): Promise<PreparedOwner[]> {
  return tx.query<PreparedOwner>(sql`select ${columns} from identity.prepared_owner order by ref for update`);
}

/** Saves it with the commit. The caller holds its lock. */
export function updatePreparation(tx: Transaction, prepared: PreparedOwner): void {
  tx.finish(sql`
    update identity.prepared_owner
    set password_hash = ${prepared.passwordHash}, person_id = ${prepared.personId}, person_is_new = ${prepared.personIsNew}, attempt = ${prepared.attempt}
    where ref = ${prepared.ref}`);
}
