import type { ModelField } from './model.js';
import type { Rules } from './options.js';
import { quote } from './source.js';

/** A decorator to write above a field. */
export interface Decorator {
  readonly name: string;
  readonly from: string;
  readonly args: readonly string[];
}

type Argument<T> = (value: T, field: ModelField) => string[];

export const VALIDATOR = 'class-validator';
const OURS = '../rules';

/** What follows from each rule, in the order in which it is written. `required`, `max_items` and `multiline` are facts of the field. */
export const decorators: readonly ((field: ModelField) => Decorator | undefined)[] = [
  item('minLength', 'MinLength', VALIDATOR, (value) => [`${value}`]),
  item('maxLength', 'MaxLength', VALIDATOR, (value) => [`${value}`]),
  item('pattern', 'Matches', VALIDATOR, (value) => [`/${new RegExp(value, 'u').source}/u`]),
  item('in', 'IsIn', VALIDATOR, (value) => [`[${value.map(quote).join(', ')}]`]),
  bound('gte', 'Min'),
  bound('lte', 'Max'),
  item('uuid', 'IsCanonicalUuid', OURS),
  item('email', 'IsEmail', VALIDATOR, noOptions),
  item('url', 'IsHttpUrl', OURS),
  item('cidr', 'IsCidr', OURS),
  item('ip', 'IsIP', VALIDATOR, noOptions),
  item('timeZone', 'IsIanaTimeZone', OURS),
  item('hostname', 'IsFQDN', VALIDATOR, noOptions),
  list('minItems', 'ArrayMinSize', VALIDATOR, (value) => [`${value}`]),
  list('uniqueItems', 'HasUniqueItems', OURS),
];

/** Decorators that take options of their own before `each` need a place holder for them. */
function noOptions(_: unknown, { repeated }: ModelField): string[] {
  return repeated ? ['undefined'] : [];
}

/** Whether a rule was declared. */
export function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== '';
}

/** A rule for a list as a whole. */
function list<K extends keyof Rules>(
  rule: K,
  name: string,
  from: string,
  args: Argument<NonNullable<Rules[K]>> = () => [],
) {
  return (field: ModelField): Decorator | undefined => {
    const value = field.rules?.[rule];
    return isGiven(value) ? { name, from, args: args(value!, field) } : undefined;
  };
}

/** A rule for a value, or for each value of a list. */
function item<K extends keyof Rules>(
  rule: K,
  name: string,
  from: string,
  args: Argument<NonNullable<Rules[K]>> = () => [],
) {
  const each = (field: ModelField): string[] => (field.repeated ? ['{ each: true }'] : []);
  return list(rule, name, from, (value, field) => [...args(value, field), ...each(field)]);
}

/** class-validator's bounds are for numbers, ours for bigints. */
function bound(rule: 'gte' | 'lte', name: string) {
  const number = item(rule, name, VALIDATOR, (value) => [`${value}`]);
  const int64 = item(rule, `${name}Int64`, OURS, (value) => [`${value}n`]);
  return (field: ModelField): Decorator | undefined => (field.kind === 'int64' ? int64(field) : number(field));
}
