/** The part of a pino logger that this library needs; facts first, then one sentence. */
export interface Log {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/** Says nothing; for tests and short commands. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };
