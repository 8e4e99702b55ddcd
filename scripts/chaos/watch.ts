import type { Answer, Api, CallOptions } from '../demo/api.js';

/** The gateway gives up after 15 s; whoever waits longer was forgotten. */
const DEADLINE_MS = 20_000;
const SHOWN_CHARS = 300;

/** How often each kind of answer came. */
export interface Counts {
  accepted: number;
  unavailable: number;
  unreachable: number;
}

const none = (): Counts => ({ accepted: 0, unavailable: 0, unreachable: 0 });

/** Looks at every answer of the load: what is not a success must be a 503 that says when to ask again, or no connection. */
export class Watch {
  readonly problems: string[] = [];
  /** Nobody asks any more. */
  isOver = false;
  private counts = none();

  /** The counts since the last time. */
  take(): Counts {
    const taken = this.counts;
    this.counts = none();
    return taken;
  }

  /** Something that must never be. */
  blame(problem: string): void {
    this.problems.push(`${new Date().toISOString()} ${problem}`);
  }

  /** Asks once. @returns the answer when it was accepted, else null */
  async ask(api: Api, method: string, path: string, options: CallOptions = {}): Promise<Answer | null> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const answer = await api.call(method, path, { ...options, signal }).catch((error: Error) => {
      if (signal.aborted) this.blame(`${method} ${path}: no answer after ${DEADLINE_MS / 1_000} s (${error.message})`);
      return null;
    });
    if (!answer) this.counts.unreachable += 1;
    else if (answer.status < 300) this.counts.accepted += 1;
    else if (answer.status === 503 && answer.headers.has('retry-after')) this.counts.unavailable += 1;
    else
      this.blame(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, SHOWN_CHARS)}`);
    return answer && answer.status < 300 ? answer : null;
  }
}
