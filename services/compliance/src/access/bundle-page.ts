import type { DataMapPlace } from '@tenantry/contracts';
import type { PlanPlace } from '../places/plan.js';
import { type CopiedRow, escapeHtml, textOf } from './row-text.js';

/** Rows of a table that the page shows; the files have all. */
export const ROWS_SHOWN = 100;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem;font-size:14px}th,td{border:1px solid #d0d7de;padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:#f6f8fa}h2{margin-top:2.5rem;border-top:1px solid #d0d7de;padding-top:1rem}.note{color:#57606a}div.wide{overflow-x:auto}`;

/** What the person may do besides, in every copy. A template: the tenant's counsel says what holds for it. */
export const RIGHTS = [
  'You may ask for wrong data to be put right, for data to be erased, or for its use to be restricted.',
  'You may object to its use, and take back a consent at any time.',
  'You may complain to a supervisory authority.',
];

/** The head of the page a person reads. It can load and run nothing. */
export function pageHead(createdAt: Date, places: readonly PlanPlace[]): string {
  const rows = places
    .filter(({ kind }) => kind === 'rows')
    .map(
      (place) =>
        `<tr><td>${escapeHtml(place.place)}</td><td>${place.collected ?? 0n}</td><td>${filesOf(place)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>A copy of your data</title><style>${STYLE}</style></head><body>
<h1>A copy of your data</h1>
<p>Put together on ${escapeHtml(createdAt.toISOString().slice(0, 10))}. This page shows the first ${ROWS_SHOWN} entries of each part; the files in the folder
<code>data</code> have all of them, and <code>article15.json</code> says what each part is for. Where a value is about somebody else it was left out and is named under “left out”.</p>
<table><thead><tr><th>Part</th><th>Entries</th><th>Files</th></tr></thead><tbody>${rows.join('')}</tbody></table>
<h2>Your rights</h2><ul>${RIGHTS.map((right) => `<li>${escapeHtml(right)}</li>`).join('')}</ul>
`;
}

function filesOf({ place, position }: PlanPlace): string {
  const path = `data/${fileName(place, position)}`;
  return ['json', 'csv'].map((kind) => `<a href="${path}.${kind}">${kind}</a>`).join(' ');
}

/** A file's name inside the bundle: nothing of a table's name can leave the folder. */
export function fileName(place: string, position: number): string {
  return `${String(position).padStart(3, '0')}-${place.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 80)}`;
}

/** The head of one part: what it is for, and its columns. */
export function partHead(place: PlanPlace, record: DataMapPlace | undefined): string {
  const said = record?.declared
    ? `<p class="note">For: ${escapeHtml(record.purpose)}. Kept: ${escapeHtml(record.retention)}.</p>`
    : '';
  const names = place.facts.columns.map(({ name }) => `<th>${escapeHtml(name)}</th>`).join('');
  return `<h2>${escapeHtml(place.place)}</h2>${said}<div class="wide"><table><thead><tr>${names}<th>left out</th></tr></thead><tbody>\n`;
}

export function partRow(place: PlanPlace, { row, redacted }: CopiedRow): string {
  const cells = place.facts.columns.map(({ name }) => `<td>${escapeHtml(textOf(row[name]))}</td>`).join('');
  return `<tr>${cells}<td>${escapeHtml(redacted.join(', '))}</td></tr>\n`;
}

export const PART_END = '</tbody></table></div>\n';

/** What somebody looked up by hand. */
export function findingPart(place: string, finding: string): string {
  return `<h2>${escapeHtml(place)}</h2><p>${escapeHtml(finding).replaceAll('\n', '<br>')}</p>\n`;
}

export const PAGE_END = '</body></html>\n';
