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
  readonly outcomes: readonly Outcome[];
}

/** One section of a run, counted. */
export interface SectionSummary {
  readonly section: Section;
  readonly held: number;
  readonly failed: number;
  readonly durationMs: number;
}

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
    outcomes: findings.outcomes,
  };
}
