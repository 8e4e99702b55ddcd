import { blankIds, CARD_NUMBER, placesOf } from '@tenantry/kernel';

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
/** Takes secrets out of free text: keys, tokens, passwords in URLs, card numbers. */
export function redactText(text: string): string {
  return hideCards(SECRET_TEXT.reduce((rest, pattern) => rest.replace(pattern, HIDDEN), text));
}

const IN_WORD = /\w/;

/** Digits inside a word stay: they are those of an id or a digest more often than a card's. */
function hideCards(text: string): string {
  let [hidden, from] = ['', 0];
  for (const { start, end } of placesOf(blankIds(text), CARD_NUMBER)) {
    if (start < from || IN_WORD.test(text.charAt(start - 1)) || IN_WORD.test(text.charAt(end))) continue;
    hidden += text.slice(from, start) + HIDDEN;
    from = end;
  }
  return hidden + text.slice(from);
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
