import type { Finding } from './finding.js';

/** Whole words and phrases, ignoring case. */
export function findTerms(text: string, terms: readonly string[]): Finding[] {
  const lower = text.toLowerCase();
  return terms.flatMap((term) => {
    const found: Finding[] = [];
    const wanted = term.toLowerCase();
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
      const end = at + wanted.length;
      if (!isLetter(lower[at - 1]) && !isLetter(lower[end])) found.push({ start: at, end, what: 'term' });
    }
    return found;
  });
}

function isLetter(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char);
}
