import { Admin } from '../migrate/admin.js';
import { raw, sql } from '../sql.js';
import { type KeyEncryption, unwrapByAny } from './key-encryption.js';
import { type KeyFamily, keyPlace } from './tenant-keys.js';

const FAMILIES: readonly KeyFamily[] = ['tenant_key', 'index_key'];

/** What was done to the keys of a database. */
export interface RewrapReport {
  readonly tenants: number;
  /** Keys that are wrapped by the current encryption since now. */
  readonly rewrapped: number;
  /** Keys that were already. */
  readonly kept: number;
}

interface WrappedKey {
  readonly version: number;
  readonly wrapped: Buffer;
}

/** Hears after each tenant how many of them are done. */
export type RewrapProgress = (tenantsDone: number, tenants: number) => void;

/**
 * Wraps every tenant's keys by what wraps now, in its newest version, each tenant in a commit of its own, so it goes on
 * where it was when it is run again. No value is sealed again: the tenants' keys stay what they are.
 * @throws Error for a key that none opens; what was done before stays done
 */
export async function rewrapKeys(
  adminUrl: string,
  { current, others }: { readonly current: KeyEncryption; readonly others: readonly KeyEncryption[] },
  tell: RewrapProgress = () => undefined,
): Promise<RewrapReport> {
  const admin = await Admin.open(adminUrl);
  try {
    const tenants = await admin.inTransactionAs('platform_owner', () =>
      admin.query<{ id: string }>(sql`select tenant_id as id from platform.tenant_status order by tenant_id`),
    );
    let [rewrapped, kept] = [0, 0];
    for (const [n, { id }] of tenants.entries()) {
      const done = await admin.inTransactionAs('platform_owner', () => rewrapTenant(admin, id, [current, ...others]));
      rewrapped += done.rewrapped;
      kept += done.kept;
      tell(n + 1, tenants.length);
    }
    return { tenants: tenants.length, rewrapped, kept };
  } finally {
    await admin.close();
  }
}

async function rewrapTenant(
  admin: Admin,
  tenantId: string,
  encryptions: readonly KeyEncryption[],
): Promise<Omit<RewrapReport, 'tenants'>> {
  await admin.query(sql`select set_config('app.tenant_id', ${tenantId}, true)`);
  let [rewrapped, kept] = [0, 0];
  for (const family of FAMILIES) {
    const keys = await admin.query<WrappedKey>(sql`
      select version, wrapped_key as wrapped from ${raw(`platform.${family}`)} where tenant_id = ${tenantId} for update`);
    const old: WrappedKey[] = [];
    for (const key of keys) {
      const wrapped = await rewrap(family, tenantId, key, encryptions);
      if (wrapped) old.push({ version: key.version, wrapped });
    }
    if (old.length > 0) {
      await admin.query(sql`
        update ${raw(`platform.${family}`)} k set wrapped_key = n.wrapped
        from unnest(${old.map(({ version }) => version)}::integer[], ${old.map(({ wrapped }) => wrapped)}::bytea[]) as n (version, wrapped)
        where k.tenant_id = ${tenantId} and k.version = n.version`);
    }
    rewrapped += old.length;
    kept += keys.length - old.length;
  }
  return { rewrapped, kept };
}

/** The key wrapped anew, or nothing when it is already. */
async function rewrap(
  family: KeyFamily,
  tenantId: string,
  { version, wrapped }: WrappedKey,
  encryptions: readonly KeyEncryption[],
): Promise<Buffer | undefined> {
  const [current] = encryptions;
  const place = keyPlace(family, tenantId, version);
  const found = await unwrapByAny(encryptions, wrapped, place);
  if (!found) {
    throw new Error(`nothing that was given opens key ${version} of tenant ${tenantId}`);
  }
  return found.by === current ? current.renew(wrapped, place) : current!.wrap(found.key, place);
}
