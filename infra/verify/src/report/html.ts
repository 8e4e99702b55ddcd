import { escapeMarkup as escape } from './escape.js';
import type { Outcome } from './outcome.js';
import type { Summary } from './summary.js';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
.failed{color:#a40000;font-weight:600}.held{color:#1a6b1a}summary{cursor:pointer;font-weight:600}code{font-size:.9em}`;

/** The run as a page for people: what held, what did not, what could not be tried. */
export function printHtml(summary: Summary): string {
  const { url, version, startedAt, durationMs, held, failed } = summary;
  const verdict =
    failed === 0 ? `<p class="held">Everything held.</p>` : `<p class="failed">${failed} did not hold.</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Isolation report</title><style>${STYLE}</style></head>
<body>
<h1>Isolation report</h1>
<p><code>${escape(url)}</code>, ${escape(startedAt)}, Tenantry ${escape(version)}: ${held + failed} attacks and controls in ${(durationMs / 1_000).toFixed(1)} s.</p>
${verdict}
${sectionTable(summary)}
${failedTable(summary.outcomes.filter((one) => !one.held))}
${untriedTable(summary)}
${limitsList(summary)}
${details(summary)}
</body>
</html>
`;
}

const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

function table(heads: readonly string[], rows: readonly string[]): string {
  return `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function sectionTable({ sections }: Summary): string {
  const rows = sections.map(({ section, held, failed, durationMs }) =>
    row([section, String(held), String(failed), `${(durationMs / 1_000).toFixed(1)} s`]),
  );
  return table(['Section', 'Held', 'Failed', 'Took'], rows);
}

function failedTable(failed: readonly Outcome[]): string {
  if (failed.length === 0) return '';
  const rows = failed.map(({ subject, attack, expected, seen }) => row([subject, attack, expected, seen].map(escape)));
  return `<h2 class="failed">What did not hold</h2>${table(['Attacked', 'How', 'Expected', 'Seen'], rows)}`;
}

function untriedTable({ untried }: Summary): string {
  if (untried.length === 0) return '';
  const rows = untried.map(({ section, subject, reason }) => row([section, subject, reason].map(escape)));
  return `<h2>What could not be tried</h2>${table(['Section', 'What', 'Why'], rows)}`;
}

function limitsList({ limits }: Summary): string {
  const items = limits.map((limit) => `<li>${escape(limit)}</li>`);
  return `<h2>What this does not show</h2><ul>${items.join('\n')}</ul>`;
}

function details({ sections, outcomes }: Summary): string {
  const parts = sections.map(({ section }) => {
    const rows = outcomes
      .filter((one) => one.section === section)
      .map(({ subject, attack, held, seen }) =>
        row([escape(subject), escape(attack), held ? 'held' : 'failed', escape(seen)]),
      );
    return `<details><summary>${section}: ${rows.length}</summary>${table(['Attacked', 'How', '', 'Seen'], rows)}</details>`;
  });
  return `<h2>Everything that was tried</h2>${parts.join('\n')}`;
}
