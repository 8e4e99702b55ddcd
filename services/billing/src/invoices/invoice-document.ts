import { createHash } from 'node:crypto';
import { formatNanos } from '@tenantry/kernel';
import { percentOf } from '../profiles/billing-profile.js';
import { dueNanos, type CreditNote, type Invoice, type InvoiceLine, type Party } from './invoice.js';
import { dateIn } from './period.js';

/** What a document is made of. */
export interface DocumentFacts {
  readonly invoice: Invoice;
  readonly lines: readonly InvoiceLine[];
  readonly notes: readonly CreditNote[];
  /** The names of the plans that lines are about, by id. */
  readonly planNames: ReadonlyMap<string, string>;
}

const STYLE = `
body { font: 14px/1.5 system-ui, sans-serif; color: #111; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
header, section { display: flex; gap: 2rem; justify-content: space-between }
address { font-style: normal } address span { white-space: pre-line }
table { width: 100%; border-collapse: collapse; margin: 1.5rem 0 }
th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere }
th:nth-last-child(-n+3), td:nth-last-child(-n+3) { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
tfoot td { border: 0 } tfoot tr:last-child { font-weight: bold }
.test { border: 3px solid #b00; color: #b00; font-weight: bold; padding: .5rem; text-align: center }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing runs and nothing is loaded; only this very style counts (CSP level 3, hash source). */
export const DOCUMENT_CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'none'; base-uri 'none'`;

/** Marks of HTML as text; whatever a tenant wrote can't become one. */
const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => ESCAPED[mark]!);

/** HTML whose inserted texts are escaped, unless they are such HTML themselves. */
class Html {
  constructor(readonly text: string) {}
}
function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const print = (value: string | Html): string => (value instanceof Html ? value.text : escape(value));
  const inserted = values.map((value) => (Array.isArray(value) ? value : [value as string | Html]).map(print).join(''));
  return new Html(String.raw({ raw: parts }, ...inserted));
}
const NOTHING = html``;

/** An invoice as a page to print, by itself and safe to open from anywhere. */
export function invoiceDocument(facts: DocumentFacts): string {
  const { invoice } = facts;
  const title = titleOf(invoice);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${DOCUMENT_CSP}" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        ${invoice.testMode ? html`<p class="test">TEST: nothing is to be paid</p>` : NOTHING}
        <header>
          <h1>${title}</h1>
          ${invoice.parties ? party(invoice.parties.seller) : NOTHING}
        </header>
        <section>${invoice.parties ? party(invoice.parties.customer) : NOTHING}${dates(invoice)}</section>
        ${charges(facts)}
        ${invoice.isReverseCharge ? html`<p>Reverse charge: the recipient owes the tax (Article 196 of Directive 2006/112/EC).</p>` : NOTHING}
        ${credits(facts)}
        <p>Status: ${invoice.status}. To be paid: ${money(dueNanos(invoice), invoice)}</p>
      </body>
    </html> `;
  return page.text;
}

function titleOf({ number, openedAt }: Invoice): string {
  if (number !== null) return `Invoice ${number}`;
  return openedAt === null ? 'Draft of an invoice' : 'Part of an organization’s invoice';
}

function money(nanos: bigint, { currency }: Invoice): string {
  return `${formatNanos(nanos)} ${currency}`;
}

function party({ name, address, taxId }: Party): Html {
  return html`<address>
    <strong>${name}</strong><br />
    <span>${address}</span>${taxId === null ? NOTHING : html`<br />Tax id ${taxId}`}
  </address>`;
}

/** The last day of a period whose end is the day after. */
const days = ({ from, to }: { from: string; to: string }): string =>
  from < to ? `${from} to ${dayBefore(to)}` : 'no day';
const dayBefore = (date: string): string => new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);

function dates(invoice: Invoice): Html {
  const { openedAt, timeZone, dueOn, id } = invoice;
  const issued = openedAt === null ? NOTHING : html`Issued on ${dateIn(timeZone, openedAt)}<br />`;
  return html`<p>
    ${issued}${dueOn === null ? NOTHING : html`Due on ${dueOn}<br />`}Period ${days(invoice)} (${timeZone})<br />Id
    ${id}
  </p>`;
}

function describe(
  { kind, meterKey, planId, planVersion, forTenantName }: InvoiceLine,
  { invoice, planNames }: DocumentFacts,
): string {
  const plan = `${planNames.get(planId) ?? planId}, version ${planVersion}`;
  const whose = forTenantName === null ? '' : `${forTenantName}: `;
  if (kind === 'tax') return `${invoice.taxName} ${percentOf(invoice.taxRatePpm)} %`;
  return `${whose}${kind === 'base' ? `Plan ${plan}` : `Usage of ${meterKey ?? ''} (plan ${plan})`}`;
}

function charges(facts: DocumentFacts): Html {
  const { invoice, lines } = facts;
  const taxed = lines.filter(({ kind }) => kind !== 'tax');
  const rows = taxed.map(
    (line) =>
      html`<tr>
        <td>${describe(line, facts)}</td>
        <td>${days(line)}</td>
        <td>${line.quantity}${line.kind === 'base' ? ' days' : ''}</td>
        <td>${formatNanos(line.unitPriceNanos)}</td>
        <td>${formatNanos(line.amountNanos)}</td>
      </tr> `,
  );
  const sum = (name: string, nanos: bigint): Html =>
    html`<tr>
      <td colspan="2"></td>
      <td colspan="2">${name}</td>
      <td>${money(nanos, invoice)}</td>
    </tr> `;
  const tax = lines.filter(({ kind }) => kind === 'tax').map((line) => sum(describe(line, facts), line.amountNanos));
  return html`<table>
    <thead>
      <tr>
        <th>What</th>
        <th>Days</th>
        <th>Quantity</th>
        <th>Price</th>
        <th>Amount</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
    <tfoot>
      ${sum('Subtotal', invoice.totalNanos - invoice.taxNanos)}${tax}${sum('Total', invoice.totalNanos)}
    </tfoot>
  </table>`;
}

function credits({ invoice, notes }: DocumentFacts): Html {
  if (notes.length === 0) return NOTHING;
  const rows = notes.map(
    ({ number, createdAt, reason, taxNanos, amountNanos }) =>
      html`<tr>
        <td>Credit note ${String(number)}: ${reason}</td>
        <td>${dateIn(invoice.timeZone, createdAt)}</td>
        <td>${formatNanos(taxNanos)}</td>
        <td>-${money(amountNanos, invoice)}</td>
      </tr> `,
  );
  return html`<table>
    <thead>
      <tr>
        <th>Credit notes</th>
        <th>Issued</th>
        <th>Tax in it</th>
        <th>Amount</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
