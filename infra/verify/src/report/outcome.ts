/** The parts of a run, in the order in which they are tried. */
export type Section = 'controls' | 'http' | 'sql' | 'bus' | 'pool' | 'answers' | 'leaks' | 'timing';

/** One thing that was tried, and what came of it. */
export interface Outcome {
  readonly section: Section;
  /** What was attacked: an operation, a login, a user of the bus. */
  readonly subject: string;
  /** How it was attacked. */
  readonly attack: string;
  readonly held: boolean;
  readonly expected: string;
  readonly seen: string;
}

/** Something that could not be tried, and why; shown, never hidden. */
export interface Untried {
  readonly section: Section;
  readonly subject: string;
  readonly reason: string;
}

/** Everything that a run tried. */
export class Findings {
  readonly outcomes: Outcome[] = [];
  readonly untried: Untried[] = [];
  /** Milliseconds that each section took. */
  readonly durationsMs = new Map<Section, number>();

  record(outcome: Outcome): void {
    this.outcomes.push(outcome);
  }

  leaveOut(untried: Untried): void {
    this.untried.push(untried);
  }

  get failed(): readonly Outcome[] {
    return this.outcomes.filter(({ held }) => !held);
  }

  /** How many of a section held, and how many did not. */
  countOf(section: Section): { readonly held: number; readonly failed: number } {
    const all = this.outcomes.filter((one) => one.section === section);
    const held = all.filter((one) => one.held).length;
    return { held, failed: all.length - held };
  }
}
