import { Fault } from '@tenantry/kernel';

/** The codes of ISO 4217 that ICU knows. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** A currency's code as a caller gave it; US dollars when none was given. @throws Fault `invalid-input` when there is no such currency */
export function parseCurrency(code: string | null | undefined): string {
  const currency = code ?? 'USD';
  if (CURRENCIES.has(currency)) return currency;
  throw new Fault('invalid-input', { field: 'currency', detail: `There is no currency ${currency} in ISO 4217` });
}
