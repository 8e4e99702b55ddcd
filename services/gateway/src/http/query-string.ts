import { Fault } from '@tenantry/kernel';

/** A decoded query string: a name given several times has a list. */
export type Query = Readonly<Record<string, string | string[]>>;

const NONE: Query = Object.freeze({});

/**
 * Decodes a query string. What is not percent-encoded UTF-8 is refused instead of guessed.
 * @throws Fault `malformed-request`
 */
export function decodeQuery(text: string): Query {
  if (text === '') return NONE;
  const query = Object.create(null) as Record<string, string | string[]>;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    const before = query[name];
    query[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new Fault('malformed-request', {
      detail: 'The query string is not percent-encoded UTF-8',
      field: 'query',
      cause,
    });
  }
}
