import { Fault, formatNanos, parseNanos } from '@tenantry/kernel';

/** To whom invoices are addressed. */
export interface Contact {
  readonly name: string;
  readonly address: string;
  readonly email: string;
}

/** How the platform taxes a tenant's invoices, and when they are due. */
export interface TaxTerms {
  readonly name: string;
  /** Millionths: 190,000 is 19 %. */
  readonly ratePpm: number;
  readonly isReverseCharge: boolean;
  readonly taxId: string | null;
  readonly dueDays: number;
}

/** What invoices say about a tenant. */
export interface BillingProfile {
  readonly tenantId: string;
  readonly contact: Contact | null;
  readonly tax: TaxTerms;
  /** Whether open invoices are collected while nobody is there. */
  readonly isCollectedAutomatically: boolean;
}

/** What counts until staff say something else. */
export const NO_TAX: TaxTerms = { name: 'VAT', ratePpm: 0, isReverseCharge: false, taxId: null, dueDays: 14 };

/** Of a percent (10⁻²) in nano-units (10⁻⁹), a millionth (10⁻⁶). */
const NANOS_PER_PPM = 100_000n;
const ALL_PPM = 1_000_000;

export function percentOf(ratePpm: number): string {
  return formatNanos(BigInt(ratePpm) * NANOS_PER_PPM);
}

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

/** What staff say; what they leave out is the default. */
export interface TaxWish {
  readonly name?: string | null;
  readonly ratePercent?: string | null;
  readonly reverseCharge?: boolean | null;
  readonly taxId?: string | null;
  readonly dueDays?: number | null;
}

/** @throws Fault `invalid-input` naming the field */
export function taxTerms({ name, ratePercent, reverseCharge, taxId, dueDays }: TaxWish): TaxTerms {
  const terms = {
    name: name?.trim() || NO_TAX.name,
    ratePpm: Number(parseNanos(ratePercent ?? '0', 'ratePercent') / NANOS_PER_PPM),
    isReverseCharge: reverseCharge ?? false,
    taxId: taxId?.trim() || null,
    dueDays: dueDays ?? NO_TAX.dueDays,
  };
  assertConsistent(terms);
  return terms;
}

function assertConsistent({ ratePpm, isReverseCharge, taxId }: TaxTerms): void {
  if (ratePpm > ALL_PPM) refuse('ratePercent', 'A rate is at most 100 percent');
  if (!isReverseCharge) return;
  if (ratePpm > 0) refuse('ratePercent', 'Where the recipient owes the tax, the rate is zero');
  if (taxId === null) refuse('taxId', 'The recipient owes the tax only with a tax id');
}

/** @throws Fault `invalid-input` naming the field that has no visible character */
export function contactOf(wish: Contact): Contact {
  const { name, address, email } = wish;
  for (const [field, text] of Object.entries({ name, address }))
    if (!text.trim()) refuse(field, `${field} has at least one visible character`);
  return { name: name.trim(), address: address.trim(), email };
}
