/** Whoever is answered so much later, or sooner, is not so by chance if it is every time. `--timing` finds what is finer. */
const GROSS_MS = 250;
const TIMES = 4;

/** How much later, in milliseconds, when that is a gross difference of the same sign every time; else null. */
export async function alwaysLate(firstMs: number, again: () => Promise<number>): Promise<number | null> {
  let lateMs = firstMs;
  for (let left = TIMES; Math.abs(lateMs) >= GROSS_MS && Math.sign(lateMs) === Math.sign(firstMs); left -= 1) {
    if (left === 1) return lateMs;
    lateMs = await again();
  }
  return null;
}
