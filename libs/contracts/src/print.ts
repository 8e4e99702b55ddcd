import type { FieldFacts, MessageType } from './message.js';

/**
 * The JSON value of a message, as it travels and as HTTP shows it: every declared field and nothing else, int64 as text,
 * times in UTC, what is absent as `null`. Accepts anything of the message's shape, not only instances of its class.
 */
export function printMessage<T>(type: MessageType<T>, value: T): Record<string, unknown> {
  const printed: Record<string, unknown> = {};
  for (const facts of type.fields) {
    printed[facts.wire] = printField(facts, (value as Record<string, unknown>)[facts.wire]);
  }
  return printed;
}

function printField(facts: FieldFacts, value: unknown): unknown {
  if (facts.repeated) {
    return ((value as unknown[] | undefined) ?? []).map((item) => printOne(facts, item));
  }
  if (facts.map) {
    return Object.fromEntries(Object.entries(value ?? {}).map(([key, item]) => [key, printOne(facts, item)]));
  }
  return value === undefined || value === null ? zeroOf(facts) : printOne(facts, value);
}

function printOne(facts: FieldFacts, value: unknown): unknown {
  switch (facts.kind) {
    case 'int64':
      return String(value);
    case 'timestamp':
      return (value as Date).toISOString();
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'message':
      return printMessage(facts.message!(), value as object);
    default:
      return value;
  }
}

const ZEROES: Partial<Record<FieldFacts['kind'], unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: '0',
  double: 0,
  bytes: '',
};

function zeroOf(facts: FieldFacts): unknown {
  if (facts.optional) {
    return null;
  }
  return facts.kind === 'json' ? { any: null, object: {}, array: [] }[facts.json] : (ZEROES[facts.kind] ?? null);
}
