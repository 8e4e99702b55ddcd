import { Fault } from '@tenantry/kernel';

/** Ends a bare name. Other characters may be in it; whether it names anything is found out later, by look-up. */
const NAME_ENDS = /[\s,.:()!"]/;

/** A syntax error, as PostgREST words it. */
export function syntaxFault(part: string, detail: string): Fault {
  return new Fault('malformed-request', {
    field: part,
    detail: `${part} could not be read: ${detail}`,
    extra: { code: 'PGRST100' },
  });
}

/** A known part of the dialect that Tenantry does not have. */
export function notSupported(part: string, what: string): Fault {
  return new Fault('query-not-supported', {
    field: part,
    detail: `${what} is not supported`,
    extra: { code: 'PGRST100' },
  });
}

/** Reads one parameter of the query from left to right. */
export class Scanner {
  #position = 0;

  constructor(
    private readonly text: string,
    /** The parameter, for messages. */
    readonly part: string,
  ) {}

  get done(): boolean {
    return this.#position >= this.text.length;
  }

  /** Whether the text goes on with this. */
  sees(token: string): boolean {
    return this.text.startsWith(token, this.#position);
  }

  /** Takes this if the text goes on with it. */
  take(token: string): boolean {
    const seen = this.sees(token);
    if (seen) {
      this.#position += token.length;
    }
    return seen;
  }

  /** @throws Fault when the text does not go on with this */
  expect(token: string): void {
    if (!this.take(token)) {
      throw this.fault(`expected ${token}`);
    }
  }

  skipSpaces(): void {
    while (this.text[this.#position] === ' ') {
      this.#position += 1;
    }
  }

  /** A name: bare, or in double quotes. */
  name(): string {
    if (this.sees('"')) {
      return this.quoted();
    }
    const start = this.#position;
    while (!this.done && !NAME_ENDS.test(this.text[this.#position]!) && !this.sees('->')) {
      this.#position += 1;
    }
    if (this.#position === start) {
      throw this.fault('expected a name');
    }
    return this.text.slice(start, this.#position);
  }

  /** Text in double quotes, in which a backslash keeps the next character as it is. */
  quoted(): string {
    this.expect('"');
    let value = '';
    for (; !this.done; this.#position += 1) {
      const character = this.text[this.#position]!;
      if (character === '"') {
        this.#position += 1;
        return value;
      }
      if (character === '\\') {
        this.#position += 1;
      }
      value += this.text[this.#position] ?? '';
    }
    throw this.fault('a quotation mark is not closed');
  }

  /** Everything up to one of these characters, or to the end. */
  until(ends: string): string {
    const start = this.#position;
    while (!this.done && !ends.includes(this.text[this.#position]!)) {
      this.#position += 1;
    }
    return this.text.slice(start, this.#position);
  }

  rest(): string {
    const rest = this.text.slice(this.#position);
    this.#position = this.text.length;
    return rest;
  }

  fault(detail: string): Fault {
    return syntaxFault(this.part, `${detail} at character ${this.#position + 1}`);
  }

  notSupported(what: string): Fault {
    return notSupported(this.part, what);
  }
}
