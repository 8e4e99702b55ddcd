import { reasons, type Reason } from './reasons.js';

/** One thing wrong with one field of the input; `field` is a path such as `columns[2].name`. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** What a fault may say besides its reason. Everything except `cause` is public: it reaches the caller. */
export interface FaultOptions {
  /** One sentence: what was wrong and what to do. Defaults to the reason's title. */
  readonly detail?: string;
  /** The input field at fault; shorthand for `errors` with one entry. */
  readonly field?: string;
  readonly errors?: readonly FieldProblem[];
  readonly retryAfterS?: number;
  /** Extra public members, e.g. the SQLSTATE that the row API's clients expect. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** What really happened; logged, never sent. */
  readonly cause?: unknown;
}

/**
 * An expected failure with a stable reason. Anything else that is thrown is a bug and answers 500 with a request id
 * and nothing else, so public and internal text can't be mixed up.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  readonly retryAfterS: number | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly reason: Reason,
    options: FaultOptions = {},
  ) {
    const detail = options.detail ?? reasons[reason].title;
    super(`${reason}: ${detail}`, { cause: options.cause });
    this.detail = detail;
    this.errors = options.errors ?? (options.field ? [{ field: options.field, message: detail }] : []);
    this.retryAfterS = options.retryAfterS;
    this.extra = options.extra;
  }

  /** The HTTP status that the reason stands for. */
  get status(): number {
    return reasons[this.reason].status;
  }
}

/** A fault as it crosses the bus: everything public, nothing else. */
export interface FaultMessage {
  readonly reason: Reason;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  readonly retryAfterS?: number | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** The public part of a fault; its cause stays behind. */
export function toFaultMessage(fault: Fault): FaultMessage {
  const { reason, detail, errors, retryAfterS, extra } = fault;
  return { reason, detail, errors, retryAfterS, extra };
}

/** A fault received from another service. A reason this version does not know becomes `internal`. */
export function fromFaultMessage(message: FaultMessage): Fault {
  const reason: Reason = Object.hasOwn(reasons, message.reason) ? message.reason : 'internal';
  return new Fault(reason, { ...message, cause: reason === message.reason ? undefined : message });
}
