import { isIP } from 'node:net';
import { buildMessage, isURL, ValidateBy, type ValidationOptions } from 'class-validator';

/** Rules that class-validator does not have, or has in a form that is too lax or too slow. Used by generated code. */

type Rule = (options?: ValidationOptions) => PropertyDecorator;

function rule(name: string, validate: (value: unknown) => boolean, message: string): Rule {
  return (options) => {
    const defaultMessage = buildMessage((each) => `${each}$property ${message}`, options);
    return ValidateBy({ name, validator: { validate, defaultMessage } }, options);
  };
}

const CANONICAL_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_URL_LENGTH = 2_048;
const URL_OPTIONS = { protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true };

/** One spelling only, so that ids compare as text everywhere. */
export const IsCanonicalUuid = rule(
  'isCanonicalUuid',
  (value) => typeof value === 'string' && CANONICAL_UUID.test(value),
  'must be a UUID in lower case',
);

/** An absolute http or https URL without credentials in it. */
export const IsHttpUrl = rule(
  'isHttpUrl',
  (value) =>
    typeof value === 'string' && value.length <= MAX_URL_LENGTH && isURL(value, URL_OPTIONS) && URL.canParse(value),
  'must be an http or https URL',
);

/** A network such as `10.0.0.0/8`, or a single address. */
export const IsCidr = rule(
  'isCidr',
  (value) => typeof value === 'string' && isCidr(value),
  'must be a network such as 10.0.0.0/8',
);

function isCidr(text: string): boolean {
  const [address = '', prefix = '0', ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    rest.length === 0 &&
    !address.includes('%') &&
    /^\d{1,3}$/.test(prefix) &&
    String(Number(prefix)) === prefix &&
    Number(prefix) <= bits
  );
}

/** No item of a list is there twice. */
export const HasUniqueItems = rule(
  'hasUniqueItems',
  (value) => Array.isArray(value) && new Set(value).size === value.length,
  'must not have the same item twice',
);

/** Asking Intl costs some 50 µs; there are fewer names than this. */
const MAX_KNOWN_TIME_ZONES = 1_000;
const knownTimeZones = new Set<string>();

/** A name of the IANA time zone database; offsets such as `+01:00` have no rules for summer time and are refused. */
export const IsIanaTimeZone = rule(
  'isIanaTimeZone',
  (value) => typeof value === 'string' && isTimeZone(value),
  'must be an IANA time zone such as Europe/Berlin',
);

function isTimeZone(name: string): boolean {
  if (knownTimeZones.has(name)) {
    return true;
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (!/^[A-Za-z]/.test(name)) {
    return false;
  }
  if (knownTimeZones.size < MAX_KNOWN_TIME_ZONES) {
    knownTimeZones.add(name);
  }
  return true;
}

/** The least value of an int64. */
export function MinInt64(least: bigint, options?: ValidationOptions): PropertyDecorator {
  return rule(
    'minInt64',
    (value) => typeof value === 'bigint' && value >= least,
    `must not be less than ${least}`,
  )(options);
}

/** The largest value of an int64. */
export function MaxInt64(largest: bigint, options?: ValidationOptions): PropertyDecorator {
  return rule(
    'maxInt64',
    (value) => typeof value === 'bigint' && value <= largest,
    `must not be greater than ${largest}`,
  )(options);
}
