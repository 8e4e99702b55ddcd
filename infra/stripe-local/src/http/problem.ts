/** What an error says besides its message; the names are the wire's. */
export interface ProblemFacts {
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly setup_intent?: object;
  readonly payment_method?: object;
}

export type ProblemType = 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';

/** An error as the API answers it: `{ error: { type, code, message, … } }`. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly type: ProblemType,
    message: string,
    readonly facts: ProblemFacts = {},
  ) {
    super(message);
  }

  /** The body that the client's error classes are made from. */
  body(requestId: string): object {
    return {
      error: { ...this.facts, message: this.message, type: this.type, request_log_url: `local:${requestId}` },
    };
  }
}

/** Whether the request got far enough that its answer is kept under its Idempotency-Key: not when its parameters were wrong. */
export function isKept({ type, status }: Problem): boolean {
  return type === 'card_error' || status === 429 || status >= 500;
}

/** A parameter that is not as it must be. */
export function badParameter(message: string, param: string, code?: string): Problem {
  return new Problem(400, 'invalid_request_error', message, { param, ...(code ? { code } : {}) });
}

/** An id that names nothing of the account. */
export function noSuch(what: string, id: string, param = 'id'): Problem {
  return new Problem(404, 'invalid_request_error', `No such ${what}: '${id}'`, { code: 'resource_missing', param });
}

/** A request that the object's state does not allow. */
export function wrongState(message: string, code: string, facts: ProblemFacts = {}): Problem {
  return new Problem(400, 'invalid_request_error', message, { code, ...facts });
}
