import type { BillingProfile as Message } from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';
import { NO_TAX, percentOf, type BillingProfile, type Contact, type TaxTerms } from './billing-profile.js';

type Row = { [K in keyof Contact as `contact_${K}`]: Contact[K] | null } & {
  readonly [K in keyof TaxTerms]: TaxTerms[K] | null;
} & Pick<BillingProfile, 'isCollectedAutomatically'>;

const EVERYTHING = sql`c.name as "contact_name", c.address as "contact_address", c.email as "contact_email",
  t.name, t.rate_ppm as "ratePpm", t.reverse_charge as "isReverseCharge", t.tax_id as "taxId", t.due_days as "dueDays",
  coalesce(m.automatic, true) as "isCollectedAutomatically"`;

/** What invoices say about a tenant; what nobody said yet is the default. */
export async function findProfile(rows: Rows, tenantId: string): Promise<BillingProfile> {
  const [row] = await rows.query<Row>(sql`select ${EVERYTHING} from (select ${tenantId}::uuid as tenant_id) asked
    left join billing.contact c using (tenant_id) left join billing.tax_terms t using (tenant_id)
    left join billing.collection_terms m using (tenant_id)`);
  const { contact_name, contact_address, contact_email, isCollectedAutomatically, ...tax } = row!;
  const isNamed = contact_name !== null && contact_address !== null && contact_email !== null;
  const contact = isNamed ? { name: contact_name, address: contact_address, email: contact_email } : null;
  return { tenantId, contact, tax: tax.dueDays === null ? NO_TAX : (tax as TaxTerms), isCollectedAutomatically };
}

export async function saveContact(tx: Transaction, contact: Contact, now: Date): Promise<void> {
  const { name, address, email } = contact;
  await tx.execute(sql`insert into billing.contact (tenant_id, name, address, email, updated_at)
    values (${tx.tenantId}, ${name}, ${address}, ${email}, ${now})
    on conflict (tenant_id) do update
    set name = excluded.name, address = excluded.address, email = excluded.email, updated_at = excluded.updated_at`);
}

export async function saveTaxTerms(tx: Transaction, tenantId: string, terms: TaxTerms, now: Date): Promise<void> {
  const { name, ratePpm, isReverseCharge, taxId, dueDays } = terms;
  await tx.execute(sql`insert into billing.tax_terms (tenant_id, name, rate_ppm, reverse_charge, tax_id, due_days, updated_at)
    values (${tenantId}, ${name}, ${ratePpm}, ${isReverseCharge}, ${taxId}, ${dueDays}, ${now})
    on conflict (tenant_id) do update set name = excluded.name, rate_ppm = excluded.rate_ppm,
      reverse_charge = excluded.reverse_charge, tax_id = excluded.tax_id, due_days = excluded.due_days, updated_at = excluded.updated_at`);
}

export async function saveCollection(tx: Transaction, tenantId: string, automatic: boolean, now: Date): Promise<void> {
  await tx.execute(sql`insert into billing.collection_terms (tenant_id, automatic, updated_at)
    values (${tenantId}, ${automatic}, ${now})
    on conflict (tenant_id) do update set automatic = excluded.automatic, updated_at = excluded.updated_at`);
}

/** Whether invoices are collected by themselves, as the audit log records it. */
export function collectionChanges(tenantId: string, before: boolean, after: boolean): RowChange[] {
  const change = { resource: 'collection_terms', id: tenantId, action: 'update' } as const;
  return [{ ...change, old: { automatic: before }, new: { automatic: after } }];
}

/** A change of tax terms as the audit log records it. */
export function taxChanges(tenantId: string, before: TaxTerms, after: TaxTerms): RowChange[] {
  const values = ({ name, ratePpm, isReverseCharge: reverseCharge, taxId, dueDays }: TaxTerms) => ({
    ...{ name, ratePercent: percentOf(ratePpm), reverseCharge, taxId, dueDays },
  });
  return [{ resource: 'tax_terms', id: tenantId, action: 'update', old: values(before), new: values(after) }];
}

export function toMessage({ tenantId, contact, tax, isCollectedAutomatically }: BillingProfile): Message {
  const { name, ratePpm, isReverseCharge: reverseCharge, taxId, dueDays } = tax;
  const taxed = { name, ratePercent: percentOf(ratePpm), reverseCharge, taxId };
  return { tenantId, contact, tax: taxed, dueDays, automaticCollection: isCollectedAutomatically };
}
