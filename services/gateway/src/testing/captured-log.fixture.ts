import { Logger } from '@tenantry/service';

/** A logger whose lines a test can read. */
export class CapturedLog extends Logger {
  readonly lines: { readonly level: string; readonly facts: object; readonly text: string }[] = [];

  debug(facts: object, text: string): void {
    this.lines.push({ level: 'debug', facts, text });
  }
  info(facts: object, text: string): void {
    this.lines.push({ level: 'info', facts, text });
  }
  warn(facts: object, text: string): void {
    this.lines.push({ level: 'warn', facts, text });
  }
  error(facts: object, text: string): void {
    this.lines.push({ level: 'error', facts, text });
  }
  child(): Logger {
    return this;
  }
}
