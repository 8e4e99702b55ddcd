/** What goes wrong with one request. */
export type FaultKind =
  /** Answers 500 and does nothing; the answer is kept under the key, as the real API does. */
  | 'server-error'
  /** Answers 429 `lock_timeout` and does nothing; kept under the key. */
  | 'lock-timeout'
  /** Does nothing and closes the connection. */
  | 'cut-before'
  /** Does what was asked, keeps the answer, and closes the connection without it. */
  | 'cut-after';

interface Planned {
  readonly route: string;
  readonly kind: FaultKind;
}

/** Faults that tests plan for requests to come. */
export class Faults {
  readonly #planned: Planned[] = [];

  /** The next request to a route, e.g. `POST /v1/payment_intents/:id/confirm`, goes wrong. */
  next(route: string, kind: FaultKind): void {
    this.#planned.push({ route, kind });
  }

  /** What was planned for a route, once. */
  take(route: string): FaultKind | undefined {
    const at = this.#planned.findIndex((one) => one.route === route);
    return at < 0 ? undefined : this.#planned.splice(at, 1)[0]!.kind;
  }
}
