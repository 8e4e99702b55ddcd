import { Fault } from '@tenantry/kernel';
import { syntaxFault } from './scanner.js';

/** What a request prefers, in the words of its `Prefer` header. */
export interface Preferences {
  readonly returns: 'minimal' | 'headers-only' | 'representation';
  readonly resolution: 'merge' | 'ignore' | null;
  readonly count: boolean;
  readonly missingDefault: boolean;
  /** The most rows that a change may touch; only with `handling=strict`. */
  readonly maxAffected: number | null;
  /** The preferences that were followed, for `Preference-Applied`. */
  readonly applied: readonly string[];
}

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  return: ['minimal', 'headers-only', 'representation'],
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  // An exact count is also an estimate.
  count: ['exact', 'planned', 'estimated'],
  missing: ['default', 'null'],
  handling: ['strict', 'lenient'],
};

/**
 * Reads the header. Unknown preferences are ignored, as RFC 7240 says, unless the request asks for strictness.
 * @throws Fault `malformed-request` for unknown ones with `handling=strict`
 */
export function parsePreferences(header: string): Preferences {
  const { given, unknown } = readPairs(header);
  const strict = given.get('handling') === 'strict';
  if (strict && unknown.length > 0) {
    throw new Fault('malformed-request', {
      field: 'prefer',
      detail: `These preferences are not known: ${unknown.join(', ').slice(0, 200)}`,
      extra: { code: 'PGRST122' },
    });
  }
  return {
    returns: (given.get('return') ?? 'minimal') as Preferences['returns'],
    resolution: (given.get('resolution')?.replace('-duplicates', '') ?? null) as Preferences['resolution'],
    count: given.has('count'),
    missingDefault: given.get('missing') === 'default',
    maxAffected: strict && given.has('max-affected') ? Number(given.get('max-affected')) : null,
    applied: [...given].map(([name, value]) => `${name}=${name === 'count' ? 'exact' : value}`),
  };
}

/** The first of each known preference, and those that are not known. */
function readPairs(header: string): { given: ReadonlyMap<string, string>; unknown: readonly string[] } {
  const given = new Map<string, string>();
  const unknown: string[] = [];
  for (const pair of parts(header)) {
    const [name = '', value = ''] = pair.split(/\s*=\s*/, 2);
    if (!isKnown(name, value)) {
      unknown.push(pair);
    } else if (!given.has(name)) {
      given.set(name, value);
    }
  }
  return { given, unknown };
}

function isKnown(name: string, value: string): boolean {
  return name === 'max-affected' ? /^\d{1,9}$/.test(value) : Object.hasOwn(KNOWN, name) && KNOWN[name]!.includes(value);
}

function parts(header: string): string[] {
  return header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Rows by number, from 0. */
export interface RowRange {
  readonly offset: number;
  readonly limit: number | null;
}

/** Reads a `Range` header such as `0-24` or `10-`. Another unit than rows is ignored, as RFC 9110 says. */
export function parseRange(header: string): RowRange | null {
  const text = header.trim().replace(/^items=/, '');
  const match = /^(\d{1,10})-(\d{1,10})?$/.exec(text);
  if (!match) {
    return null;
  }
  const offset = Number(match[1]);
  const last = match[2] === undefined ? null : Number(match[2]);
  if (last !== null && last < offset) {
    throw syntaxFault('range', 'it ends before it starts');
  }
  return { offset, limit: last === null ? null : last - offset + 1 };
}

/** How an answer is to look. */
export interface Format {
  readonly type: 'array' | 'object' | 'csv';
  readonly stripNulls: boolean;
}

const FORMATS: Readonly<Record<string, Format['type']>> = {
  '*/*': 'array',
  'application/*': 'array',
  'application/json': 'array',
  'application/vnd.pgrst.array+json': 'array',
  'application/vnd.pgrst.array': 'array',
  'application/vnd.pgrst.object+json': 'object',
  'application/vnd.pgrst.object': 'object',
  'text/csv': 'csv',
};

/** Reads the `Accept` header. @throws Fault `query-not-supported` when it wants only what there is not */
export function parseAccept(header: string): Format {
  const wanted = parts(header.toLowerCase());
  if (wanted.length === 0) {
    return { type: 'array', stripNulls: false };
  }
  for (const part of wanted) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    if (Object.hasOwn(FORMATS, type)) {
      return { type: FORMATS[type]!, stripNulls: parameters.includes('nulls=stripped') };
    }
  }
  throw new Fault('query-not-supported', {
    field: 'accept',
    detail: `Rows come as ${Object.keys(FORMATS).slice(2).join(', ')}`,
    extra: { code: 'PGRST107' },
  });
}

/** There is one profile, which clients call by PostgREST's usual name. @throws Fault `query-not-supported` */
export function checkProfile(profile: string): void {
  if (profile !== '' && profile !== 'public') {
    throw new Fault('query-not-supported', {
      field: 'profile',
      detail: 'The only profile is public',
      extra: { code: 'PGRST106' },
    });
  }
}
