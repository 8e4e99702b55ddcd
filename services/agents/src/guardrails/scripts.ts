/** Writing systems that guardrails know, by their Unicode names. */
const SCRIPTS: Readonly<Record<string, RegExp>> = {
  latin: /\p{Script=Latin}/u,
  cyrillic: /\p{Script=Cyrillic}/u,
  greek: /\p{Script=Greek}/u,
  arabic: /\p{Script=Arabic}/u,
  hebrew: /\p{Script=Hebrew}/u,
  devanagari: /\p{Script=Devanagari}/u,
  thai: /\p{Script=Thai}/u,
  hangul: /\p{Script=Hangul}/u,
  kana: /\p{Script=Hiragana}|\p{Script=Katakana}/u,
  han: /\p{Script=Han}/u,
};

/** The writing systems that occur in a text. */
export function scriptsOf(text: string): string[] {
  return Object.entries(SCRIPTS).flatMap(([name, regex]) => (regex.test(text) ? [name] : []));
}
