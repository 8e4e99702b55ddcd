/** How far an accounting looks back: 45 CFR § 164.528(a)(1). */
const LOOK_BACK_YEARS = 6;

/** The moment six years before another. */
export function yearsBefore(at: Date): Date {
  const before = new Date(at);
  before.setUTCFullYear(at.getUTCFullYear() - LOOK_BACK_YEARS);
  return before;
}
