import type { Section } from './outcome.js';
import type { Summary } from './summary.js';

const MAX_SHOWN = 50;

/** Tells the person at the terminal what is being tried, and then what held. */
export class Terminal {
  private section: Section | null = null;

  constructor(private readonly out: Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean }) {}

  /** Shows what goes on: in place where the terminal can, else a line a section. */
  readonly say = (section: Section, text: string): void => {
    if (this.out.isTTY) this.out.write(`\r\u001b[2K  … ${section.padEnd(9)} ${text}`);
    else if (section !== this.section) this.line(`  … ${section === 'controls' ? text : section}`);
    this.section = section;
  };

  /** Prints the table, every failure and everything that could not be tried. */
  print(summary: Summary): void {
    if (this.out.isTTY) this.out.write('\r\u001b[2K');
    const { sections, outcomes, untried, held, failed, durationMs } = summary;
    this.line(`  ${'section'.padEnd(10)}${'held'.padStart(7)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`);
    for (const one of sections) {
      this.line(`  ${one.section.padEnd(10)}${counts(one.held, one.failed, one.durationMs)}`);
    }
    this.line(`  ${'all'.padEnd(10)}${counts(held, failed, durationMs)}`);
    for (const { section, subject, reason } of untried) this.line(`  not tried: ${section}, ${subject}: ${reason}`);
    const failures = outcomes.filter((one) => !one.held);
    for (const { subject, attack, expected, seen } of failures.slice(0, MAX_SHOWN)) {
      this.line(`  FAILED ${subject}: ${attack}\n         expected ${expected}\n         seen     ${seen}`);
    }
    if (failures.length > MAX_SHOWN) this.line(`  … and ${failures.length - MAX_SHOWN} more: see the report`);
    this.line(failed === 0 ? 'Everything held.' : `${failed} did not hold.`);
  }

  line(text: string): void {
    this.out.write(`${text}\n`);
  }
}

function counts(held: number, failed: number, durationMs: number): string {
  const took = durationMs === 0 ? '–' : (durationMs / 1_000).toFixed(1);
  return `${String(held).padStart(7)}${String(failed).padStart(8)}${took.padStart(9)}`;
}
