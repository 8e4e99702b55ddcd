import { ModelFault } from '../models/model-fault.js';

/** How long a provider may say nothing: a signal that is aborted when it did, or when whoever asked goes away. */
export class Silence {
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly stopListening: () => void;
  private timer: NodeJS.Timeout;
  private isOver = false;

  constructor(
    caller: AbortSignal | null,
    private readonly timeoutMs: number,
  ) {
    this.signal = this.controller.signal;
    const onGone = (): void => this.controller.abort();
    if (caller?.aborted) onGone();
    caller?.addEventListener('abort', onGone, { once: true });
    this.stopListening = () => caller?.removeEventListener('abort', onGone);
    this.timer = this.wait();
  }

  /** The provider said something; until it is asked for more, it may be silent. */
  heard(): void {
    clearTimeout(this.timer);
  }

  /** The provider is asked for more. */
  ask(): void {
    clearTimeout(this.timer);
    if (!this.signal.aborted) this.timer = this.wait();
  }

  /** Nobody waits for the provider any more. */
  end(): void {
    clearTimeout(this.timer);
    this.stopListening();
  }

  /** Stops the provider. */
  stop(): void {
    this.end();
    this.controller.abort();
  }

  /** What a failure of the provider's client means. */
  faultFor(error: unknown): ModelFault {
    if (this.isOver) return new ModelFault('timeout', { cause: error });
    if (error instanceof ModelFault) return error;
    throw error;
  }

  private wait(): NodeJS.Timeout {
    return setTimeout(() => {
      this.isOver = true;
      this.controller.abort();
    }, this.timeoutMs);
  }
}
