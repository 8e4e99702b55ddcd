import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { FieldFacts, MessageType } from './message.js';
import { isWithin, join, shown } from './path.js';
import { brokenRules } from './validation.js';
import { MAX_DEPTH, readText, readValue, Refusal } from './values.js';

/** A caller who made more mistakes than this is told the first ones. */
const MAX_PROBLEMS = 20;
/** Messages with more fields than these are told with the first. */
const MAX_NAMES = 20;

/**
 * Reads a request: exactly the declared fields, each of exactly its kind, and within its rules.
 * @throws Fault `invalid-input` that names every field at fault
 */
export function parseMessage<T>(type: MessageType<T>, value: unknown): T {
  const parser = new Parser(true);
  const message = parser.message(type, value, '', 0);
  if (parser.problems.length) {
    throw new Fault('invalid-input', { errors: parser.problems });
  }
  return message as T;
}

/**
 * Reads what a peer printed: an answer or an event. Its writer may be a version older or newer, so fields that are
 * unknown are skipped, those that are missing keep their zero value, and rules are not applied.
 * @throws Error when a field is not of its kind, which is a bug of the peer and not of the caller
 */
export function readMessage<T>(type: MessageType<T>, value: unknown): T {
  const parser = new Parser(false);
  const message = parser.message(type, value, '', 0);
  if (parser.problems.length) {
    throw new Error(
      `not a ${type.typeName}: ${parser.problems.map(({ field, message: text }) => `${field} ${text}`).join(', ')}`,
    );
  }
  return message as T;
}

const fieldsByName = new WeakMap<MessageType<unknown>, ReadonlyMap<string, FieldFacts>>();

function fieldMap(type: MessageType<unknown>): ReadonlyMap<string, FieldFacts> {
  let fields = fieldsByName.get(type);
  if (!fields) {
    fields = new Map(type.fields.map((facts) => [facts.wire, facts]));
    fieldsByName.set(type, fields);
  }
  return fields;
}

/** A type's fields for somebody who misspelt one. */
function namesOf({ fields }: MessageType<unknown>): string {
  const names = fields.slice(0, MAX_NAMES).map(({ wire }) => wire);
  return names.join(', ') + (fields.length > MAX_NAMES ? ', …' : '') || 'none';
}

type Raw = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Parser {
  readonly problems: FieldProblem[] = [];

  constructor(
    /** A caller is held to the contract as it is now; a peer may speak another version of it. */
    private readonly strict: boolean,
  ) {}

  message<T>(type: MessageType<T>, value: unknown, path: string, depth: number): T | Refusal {
    if (!isObject(value)) {
      return this.refuse(path || 'body', 'must be an object');
    }
    if (depth >= MAX_DEPTH) {
      return this.refuse(path, `must not be nested more than ${MAX_DEPTH} deep`);
    }
    const message = new type();
    if (this.strict) {
      this.refuseUnknown(type, value, path);
    }
    for (const facts of type.fields) {
      const read = this.field(facts, Object.hasOwn(value, facts.wire) ? value[facts.wire] : undefined, path, depth);
      if (read !== undefined && !(read instanceof Refusal)) {
        (message as Record<string, unknown>)[facts.wire] = read;
      }
    }
    if (this.strict) {
      this.applyRules(type, message as object, value, path);
    }
    return message;
  }

  private applyRules(type: MessageType<unknown>, message: object, given: Raw, path: string): void {
    for (const broken of brokenRules(type, message, given)) {
      const field = join(path, broken.field);
      // A field that is not even of its kind has been named.
      if (!this.problems.some((problem) => isWithin(problem.field, field) || isWithin(field, problem.field))) {
        this.refuse(field, broken.message);
      }
    }
  }

  private refuse(field: string, message: string): Refusal {
    if (this.problems.length < MAX_PROBLEMS) {
      this.problems.push({ field, message });
    }
    return new Refusal(message);
  }

  private refuseUnknown(type: MessageType<unknown>, value: Raw, path: string): void {
    const known = fieldMap(type);
    for (const key of Object.keys(value)) {
      if (!known.has(key)) {
        this.refuse(join(path, shown(key)), `is not a known field; there are ${namesOf(type)}`);
      }
    }
  }

  /** The field's value, a refusal, or undefined when the class's own default stays. */
  private field(facts: FieldFacts, value: unknown, parent: string, depth: number): unknown {
    // An optional object or list may be cleared; anywhere else null is itself a JSON value, fitting or not.
    const clears = facts.optional && facts.json !== 'any';
    const isJsonNull = value === null && facts.kind === 'json' && !facts.repeated && !facts.map && !clears;
    if (value === undefined || (value === null && !isJsonNull)) {
      return this.absent(facts, value, parent);
    }
    const path = join(parent, facts.wire);
    if (facts.repeated) {
      return this.list(facts, value, path, depth);
    }
    return facts.map ? this.map(facts, value, path, depth) : this.one(facts, value, path, depth);
  }

  private absent(facts: FieldFacts, value: null | undefined, parent: string): unknown {
    if (facts.optional || !this.strict) {
      return facts.optional ? value : undefined;
    }
    if (facts.required) {
      return this.refuse(join(parent, facts.wire), 'is required');
    }
    const isRefused = value === null && !facts.nullable;
    return isRefused ? this.refuse(join(parent, facts.wire), 'must not be null') : undefined;
  }

  private one(facts: FieldFacts, value: unknown, path: string, depth: number): unknown {
    if (facts.kind === 'message') {
      return this.message(facts.message!(), value, path, depth + 1);
    }
    const read = readValue(value, facts, this.strict, depth + 1);
    if (read instanceof Refusal) {
      return this.refuse(path, read.message);
    }
    const isBlank = typeof read === 'string' && read.trim() === '';
    return facts.required && this.strict && isBlank ? this.refuse(path, 'must not be empty') : read;
  }

  private list(facts: FieldFacts, value: unknown, path: string, depth: number): unknown {
    if (!Array.isArray(value)) {
      return this.refuse(path, 'must be a list');
    }
    if (this.strict && value.length > facts.maxItems) {
      return this.refuse(path, `must have at most ${facts.maxItems} items`);
    }
    return value.map((item, index) => this.one(facts, item, `${path}[${index}]`, depth));
  }

  private map(facts: FieldFacts, value: unknown, path: string, depth: number): unknown {
    if (!isObject(value)) {
      return this.refuse(path, 'must be an object');
    }
    const entries = Object.entries(value);
    if (this.strict && entries.length > facts.maxItems) {
      return this.refuse(path, `must have at most ${facts.maxItems} entries`);
    }
    const badKey = entries.find(([key]) => key === '__proto__' || readText(key, false) instanceof Refusal);
    if (badKey) {
      return this.refuse(join(path, shown(badKey[0])), 'is not a name that can be used here');
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, this.one(facts, item, join(path, shown(key)), depth)]),
    );
  }
}
