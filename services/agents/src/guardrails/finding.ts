/** A part of a text that a detector found; positions are of UTF-16 units. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  /** What it is, in a word that says nothing of the value: "card", "email". */
  readonly what: string;
}

/** Findings in order, without those that lie in or overlap an earlier, longer one. */
export function apart(findings: readonly Finding[]): Finding[] {
  const sorted = findings.toSorted((x, y) => x.start - y.start || y.end - x.end);
  const kept: Finding[] = [];
  for (const finding of sorted) if (finding.start >= (kept.at(-1)?.end ?? 0)) kept.push(finding);
  return kept;
}

/** The text with each finding replaced by its name in brackets. */
export function redact(text: string, findings: readonly Finding[]): string {
  let [redacted, from] = ['', 0];
  for (const { start, end, what } of apart(findings)) {
    redacted += `${text.slice(from, start)}[${what}]`;
    from = end;
  }
  return redacted + text.slice(from);
}
