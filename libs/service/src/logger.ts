import type { Log } from '@tenantry/messaging';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { pino, type DestinationStream } from 'pino';
import { redactFacts, redactText } from './redact.js';

/** Structured logs: facts first, then one sentence. Secrets are taken out of both. Injectable. */
export abstract class Logger implements Log {
  abstract debug(facts: object, text: string): void;
  abstract info(facts: object, text: string): void;
  abstract warn(facts: object, text: string): void;
  abstract error(facts: object, text: string): void;
  /** A logger that adds these facts to every line. */
  abstract child(facts: object): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Added to; default is the standard output. */
  readonly file?: string | undefined;
  readonly destination?: DestinationStream | undefined;
}

/** One JSON object a line, with the service and the ids of the active trace. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      messageKey: 'text',
      mixin: activeTrace,
      serializers: { err: (described: unknown) => described }, // `redactFacts` has described it already
      formatters: { level: (label) => ({ level: label }), log: redactFacts },
      hooks: {
        logMethod(args, method) {
          const [facts, text, ...rest] = args;
          method.apply(this, [facts, typeof text === 'string' ? redactText(text) : text, ...rest]);
        },
      },
    },
    options.destination ?? pino.destination({ dest: options.file ?? 1, mode: 0o600 }),
  );
}

function activeTrace(): object {
  const context = trace.getActiveSpan()?.spanContext();
  return context && isSpanContextValid(context) ? { traceId: context.traceId, spanId: context.spanId } : {};
}
