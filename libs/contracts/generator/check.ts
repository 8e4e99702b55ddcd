import { checkOperation, nameOf } from './check-operations.js';
import { isGiven } from './decorators.js';
import type { Model, ModelField, ModelMessage, Problem } from './model.js';

const FOR_TEXT = [
  'minLength',
  'maxLength',
  'pattern',
  'in',
  'uuid',
  'email',
  'url',
  'cidr',
  'ip',
  'timeZone',
  'hostname',
  'multiline',
] as const;
const FOR_NUMBERS = ['gte', 'lte'] as const;
const FOR_LISTS = ['minItems', 'maxItems', 'uniqueItems', 'nullable'] as const;

/** What a contract may not say although protobuf would let it. */
export function checkModel(model: Model, problem: Problem): void {
  checkUnique(model, problem);
  for (const message of model.messages.values()) {
    checkMessage(model, message, problem);
  }
  for (const operation of model.operations) {
    checkOperation(model, operation, problem);
  }
}

/** The generated code is one flat list of names, and every route leads to one operation. */
function checkUnique(model: Model, problem: Problem): void {
  const names = new Map<string, string>();
  const claim = (name: string, owner: string, what: string): void => {
    const other = names.get(name);
    if (other) {
      problem(owner, `has the same ${what} as ${other}`);
    }
    names.set(name, owner);
  };
  for (const message of model.messages.values()) {
    claim(`message ${message.name}`, message.typeName, 'name');
  }
  for (const operation of model.operations) {
    const where = nameOf(operation);
    claim(`operation ${operation.name}`, where, 'name');
    if (operation.http) {
      claim(`${operation.http.method} ${operation.http.path.replace(/\{\w+\}/g, '{}')}`, where, 'route');
    }
  }
}

function checkMessage(model: Model, message: ModelMessage, problem: Problem): void {
  for (const field of message.fields) {
    const say = (what: string): void => problem(`${message.typeName}.${field.name}`, what);
    if (['constructor', '__proto__', 'prototype'].includes(field.wire) || !/^[a-zA-Z_]\w*$/.test(field.wire)) {
      say('can not have this name');
    }
    if (field.optional && field.required) {
      say('is both optional and required');
    }
    checkRules(field, say);
  }
  if (message.event) {
    checkEventFields(model, message, message.typeName, problem, new Set());
  }
}

/** Everything that an event carries has a class, and nothing of it is a secret. */
function checkEventFields(
  model: Model,
  message: ModelMessage,
  event: string,
  problem: Problem,
  seen: Set<string>,
): void {
  seen.add(message.typeName);
  for (const field of message.fields) {
    if (field.dataClass === 'secret') {
      problem(`${message.typeName}.${field.name}`, `is a secret and is carried by the event ${event}`);
    }
    const inner = field.message ? model.messages.get(field.message) : undefined;
    if (inner && !seen.has(inner.typeName)) {
      checkEventFields(model, inner, event, problem, seen);
    }
  }
}

function checkRules({ rules, kind, repeated, map }: ModelField, say: (what: string) => void): void {
  if (!rules) {
    return;
  }
  const has = (names: readonly (keyof typeof rules)[]): boolean => names.some((name) => isGiven(rules[name]));
  if (has(FOR_TEXT) && kind !== 'string') {
    say('has rules for text but is none');
  }
  if (has(FOR_NUMBERS) && !['int32', 'int64', 'double'].includes(kind)) {
    say('has rules for numbers but is none');
  }
  if (has(FOR_LISTS) && !repeated && !(map && !has(['minItems', 'uniqueItems']))) {
    say('has rules for lists but is none');
  }
  try {
    new RegExp(rules.pattern, 'u');
  } catch {
    say(`has a pattern that is not a regular expression: ${rules.pattern}`);
  }
}
