import type { Findings, Outcome, Section, Untried } from './outcome.js';

/** A run as its reports show it. */
export interface Summary {
  readonly url: string;
  /** Version of the code that verified. */
  readonly version: string;
  readonly startedAt: string;
  /** All of it, with making the tenants and taking them away. */
  readonly durationMs: number;
  readonly held: number;
  readonly failed: number;
  readonly sections: readonly SectionSummary[];
  readonly untried: readonly Untried[];
  /** What stays possible although everything held. */
  readonly limits: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** One section of a run, counted. */
export interface SectionSummary {
  readonly section: Section;
  readonly held: number;
  readonly failed: number;
  readonly durationMs: number;
}

/** What a reader must not take for shown: by design, and by the nature of such attacks. */
const LIMITS = [
  "Who steals a service's database login can name any tenant on that service's own tables, and only there: inside Postgres the tenant setting is trusted from that login (docs/adr/0010-no-proof-in-the-policy.md).",
  "Every login of the database is told by Postgres' own catalogue which tables and schemas there are and about how many rows each has, and by a plan what the planner guesses from statistics: of rows that it may not see, too.",
  'Who takes over a service on the bus can name any tenant on the operations that this service is declared to call.',
  'A run shows what was tried on this system at this time; what it could not try it lists.',
];

/** Counts a run. */
export function summarise(
  findings: Findings,
  facts: Pick<Summary, 'url' | 'version' | 'startedAt' | 'durationMs'>,
): Summary {
  const sections = [...findings.durationsMs].map(([section, durationMs]) => {
    return { section, ...findings.countOf(section), durationMs: Math.round(durationMs) };
  });
  return {
    ...facts,
    held: findings.outcomes.length - findings.failed.length,
    failed: findings.failed.length,
    sections,
    untried: findings.untried,
    limits: LIMITS,
    outcomes: findings.outcomes,
  };
}
