const HIDDEN = '[hidden]';
const MAX_DEPTH = 6;
const MAX_ITEMS = 50;

/** Names under which a secret or a row's values travel; Postgres puts values into `detail` and `where`. */
const SECRET_NAME =
  /pass(word|wd|phrase)|secret|token|authorization|cookie|api-?_?key|private-?_?key|seed|credential(?!Id)|^(detail|where|parameters|params|values|hint)$/i;

/** What gives a secret away wherever it stands. */
const SECRET_TEXT = [
  /\b(?:[sp]k|at)_(?:live|test)_[\w-]+/g, // API keys and agents' tokens
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, // signed tokens
  /\bS[ACNOPU][A-Z2-7]{56}\b/g, // nkey seeds
  /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g, // passwords in URLs
  /(?<=\bBearer )\S+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];
const CARD_CANDIDATE = /\b(?:\d[ -]?){12,18}\d\b/g;

/** Takes secrets out of free text: keys, tokens, passwords in URLs, card numbers. */
export function redactText(text: string): string {
  const withoutSecrets = SECRET_TEXT.reduce((rest, pattern) => rest.replace(pattern, HIDDEN), text);
  return withoutSecrets.replace(CARD_CANDIDATE, (digits) => (isCardNumber(digits) ? HIDDEN : digits));
}

/** Takes secrets out of the facts of a log line, by name and by look; bounded in depth and width. */
export function redactFacts(facts: Record<string, unknown>): Record<string, unknown> {
  return redact(facts, 0, new Set()) as Record<string, unknown>;
}

function redact(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === 'string') {
    return redactText(value);
  }
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return value;
  }
  if (ArrayBuffer.isView(value)) {
    return `[${value.byteLength} bytes]`;
  }
  if (depth === MAX_DEPTH || seen.has(value)) {
    return '[…]';
  }
  seen.add(value);
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1, seen));
  }
  const entries = Object.entries(value instanceof Error ? describeError(value) : value);
  return Object.fromEntries(
    entries.map(([name, item]) => [
      name,
      SECRET_NAME.test(name) && item !== null ? HIDDEN : redact(item, depth + 1, seen),
    ]),
  );
}

/** An error's own fields include everything a driver attached to it; only what helps is kept. */
function describeError(error: Error): object {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause }) };
}

/** The check digit of ISO/IEC 7812. */
function isCardNumber(text: string): boolean {
  const digits = [...text.replace(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
