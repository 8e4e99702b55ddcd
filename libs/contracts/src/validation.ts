import type { FieldProblem } from '@tenantry/kernel';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { MessageType } from './message.js';

const OPTIONS = { forbidUnknownValues: false, validationError: { target: false, value: false } };

type Storage = ReturnType<typeof getMetadataStorage>;
type Rules = ReturnType<Storage['getTargetValidationMetadatas']>;

/**
 * class-validator looks through all classes that have rules for each message that it checks, in search of what it may inherit: with
 * hundreds of messages a tenth of a request. A class' rules never change once it is there, so they are looked up once.
 */
function rememberRules(storage: Storage): void {
  const lookUp = storage.getTargetValidationMetadatas.bind(storage);
  const known = new WeakMap<object, Rules>();
  storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
    if (schema || always || strictGroups || groups?.length) return lookUp(target, schema, always, strictGroups, groups);
    let rules = known.get(target);
    if (!rules) known.set(target, (rules = lookUp(target, schema, always, strictGroups, groups)));
    return rules;
  };
}

rememberRules(getMetadataStorage());

/** Whether a message has rules at all; most answers have none. */
function hasRules(type: MessageType<unknown>): boolean {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
}

/** The rules that a message breaks, by field. Rules hold for what was given: a zero value that nobody wrote breaks none. */
export function brokenRules<T>(
  type: MessageType<T>,
  message: object,
  given: Readonly<Record<string, unknown>>,
): FieldProblem[] {
  if (!hasRules(type)) {
    return [];
  }
  const isRelevant = ({ property }: ValidationError): boolean =>
    Object.hasOwn(given, property) || isList(message, property);
  return validateSync(message, OPTIONS)
    .filter(isRelevant)
    .flatMap((error) => problemsOf(type, message, error));
}

function isList(message: object, property: string): boolean {
  return Array.isArray((message as Record<string, unknown>)[property]);
}

function problemsOf<T>(
  type: MessageType<T>,
  message: object,
  { property, constraints = {} }: ValidationError,
): FieldProblem[] {
  return Object.entries(constraints).map(([rule, text]) => {
    const items = text.startsWith('each value in ') ? (message as Record<string, unknown[]>)[property] : undefined;
    const index = items?.findIndex((item) => breaks(type, property, item, rule)) ?? -1;
    return { field: index < 0 ? property : `${property}[${index}]`, message: withoutName(text, property) };
  });
}

/** class-validator does not say which item of a list is at fault, so each is tried alone. */
function breaks<T>(type: MessageType<T>, property: string, item: unknown, rule: string): boolean {
  const probe = Object.assign(new type() as object, { [property]: [item] });
  return validateSync(probe, OPTIONS).some((error) => error.property === property && rule in (error.constraints ?? {}));
}

function withoutName(text: string, property: string): string {
  return text.replace(/^each value in /, '').replace(`${property} `, '');
}
