import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { FieldFacts, MessageType } from './message.js';
import type { Operation } from './operation.js';
import { parseMessage } from './parse.js';
import { shown } from './path.js';

/** A decoded query string or the names of a path. */
export type TextFields = Readonly<Record<string, string | readonly string[] | undefined>>;

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads a message whose fields are text: a query string. `?tag=a&tag=b` is a list.
 * @throws Fault `invalid-input` that names every field at fault
 */
export function parseQuery<T>(type: MessageType<T>, fields: TextFields): T {
  return parseMessage(type, fromText(type, fields));
}

/**
 * Reads an operation's input from wherever HTTP put it: names of the path, then the query string (GET, DELETE and
 * uploads) or the body (everything else).
 * @throws Fault `invalid-input` that names every field at fault
 */
export function parseRequest<I>(
  operation: Operation<I>,
  parts: { path: TextFields; query: TextFields; body: unknown },
): I {
  const { input, http, streams } = operation;
  if (http?.method === 'GET' || http?.method === 'DELETE' || streams === 'request') {
    return parseQuery(input, { ...parts.query, ...parts.path });
  }
  const unknown = Object.keys(parts.query).map((name) => ({
    field: shown(name),
    message: 'is not a known query parameter',
  }));
  const body = parts.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) {
    return parseMessage(input, body);
  }
  const twice = Object.keys(parts.path).filter((name) => Object.hasOwn(body, name));
  const problems = [
    ...unknown,
    ...twice.map((field) => ({ field, message: 'is taken from the address and not from the body' })),
  ];
  if (problems.length) {
    throw new Fault('invalid-input', { errors: problems });
  }
  return parseMessage(input, { ...body, ...fromText(input, parts.path) });
}

/** What text stands for, as JSON. What does not fit stays text, so that parsing names what was expected. */
function fromText(type: MessageType<unknown>, fields: TextFields): Record<string, unknown> {
  const problems: FieldProblem[] = [];
  const entries = Object.entries(fields).flatMap(([name, text]) => {
    const facts = type.fields.find(({ wire }) => wire === name);
    if (text === undefined) {
      return [];
    }
    if (Array.isArray(text) && !facts?.repeated && text.length !== 1) {
      problems.push({ field: shown(name), message: 'must be given once' });
    }
    const values = (Array.isArray(text) ? text : [text]) as readonly string[];
    return [[name, facts?.repeated ? values.map((one) => valueOf(facts, one)) : valueOf(facts, values[0]!)]];
  });
  if (problems.length) {
    throw new Fault('invalid-input', { errors: problems });
  }
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function valueOf(facts: FieldFacts | undefined, text: string): unknown {
  switch (facts?.kind) {
    case 'bool':
      return text === 'true' || (text === 'false' ? false : text);
    case 'int32':
    case 'double':
      return NUMBER.test(text) ? Number(text) : text;
    default:
      return text;
  }
}
