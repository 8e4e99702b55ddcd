import { Fault } from '@tenantry/kernel';
import { join, shown } from './path.js';

const MAX_DEPTH = 64;
const MAX_SHOWN_PATH = 200;
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
/** Any integer shorter than this is exact as a number. */
const EXACT_DIGITS = 16;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON body so that nothing of it is guessed: what two parsers could read differently is refused. That is
 * invalid UTF-8, a member given twice, a member `__proto__`, integers that lose digits, and nesting beyond 64.
 * @throws Fault `malformed-request`, naming the member at fault
 */
export function parseJsonStrict(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new Fault('malformed-request', { field: 'body', detail: 'The body is not valid UTF-8', cause });
  }
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold what nobody should log.
    throw new Fault('malformed-request', { field: 'body', detail: 'The body is not valid JSON' });
  }
  new Scanner(text).scan();
  return value;
}

/** An object or list that the scanner is inside of. */
interface Level {
  /** Null in a list. */
  readonly keys: Set<string> | null;
  key: string;
  index: number;
}

/** Walks over text that is known to be JSON, looking at what `JSON.parse` does not tell. */
class Scanner {
  private readonly levels: Level[] = [];
  private position = 0;
  private expectsKey = false;

  constructor(private readonly text: string) {}

  scan(): void {
    for (; this.position < this.text.length; this.position += 1) {
      this.step(this.text[this.position]!);
    }
  }

  private step(character: string): void {
    switch (character) {
      case '"':
        return this.string();
      case '{':
      case '[':
        return this.open(character === '{');
      case '}':
      case ']':
        this.levels.pop();
        this.expectsKey = false;
        return;
      case ',':
        return this.next();
      case ':':
        this.expectsKey = false;
        return;
      default:
        if (character === '-' || (character >= '0' && character <= '9')) {
          this.number();
        }
    }
  }

  private open(isObject: boolean): void {
    if (this.levels.length >= MAX_DEPTH) {
      throw this.fault(`nested more than ${MAX_DEPTH} deep`);
    }
    this.levels.push({ keys: isObject ? new Set() : null, key: '', index: 0 });
    this.expectsKey = isObject;
  }

  private next(): void {
    const level = this.levels.at(-1)!;
    level.index += 1;
    this.expectsKey = level.keys !== null;
  }

  private string(): void {
    const start = this.position + 1;
    let end = this.text.indexOf('"', start);
    while (this.isEscaped(end)) {
      end = this.text.indexOf('"', end + 1);
    }
    this.position = end;
    if (this.expectsKey) {
      this.key(this.text.slice(start, end));
    }
  }

  private isEscaped(quote: number): boolean {
    let backslashes = 0;
    while (this.text[quote - 1 - backslashes] === '\\') {
      backslashes += 1;
    }
    return backslashes % 2 === 1;
  }

  private key(raw: string): void {
    const level = this.levels.at(-1)!;
    level.key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    if (level.key === '__proto__') {
      throw this.fault('a name that is not accepted');
    }
    if (level.keys!.has(level.key)) {
      throw this.fault('given twice');
    }
    level.keys!.add(level.key);
  }

  private number(): void {
    NUMBER.lastIndex = this.position;
    const [literal, fraction, exponent] = NUMBER.exec(this.text)!;
    this.position += literal.length - 1;
    if (literal.length < EXACT_DIGITS && !exponent) {
      return;
    }
    const value = Number(literal);
    if (!Number.isFinite(value)) {
      throw this.fault('a number beyond 1.8e308');
    }
    if (!fraction && !exponent && !survives(literal, value)) {
      throw this.fault('an integer that would lose digits; write it as text');
    }
  }

  private fault(what: string): Fault {
    const path = this.levels.reduce(
      (parent, { keys, key, index }) => (keys ? join(parent, shown(key)) : `${parent}[${index}]`),
      '',
    );
    const field = path || 'body';
    const shortened = field.length > MAX_SHOWN_PATH ? `…${field.slice(-MAX_SHOWN_PATH)}` : field;
    return new Fault('malformed-request', { field: shortened, detail: `${shortened} is ${what}` });
  }
}

/** Whether an integer is exact as a number, or at least the number whose text it is (what other JavaScript would send). */
function survives(literal: string, value: number): boolean {
  return String(value) === literal || BigInt(literal) === BigInt(value);
}
