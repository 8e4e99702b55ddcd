import type { Clock } from '@tenantry/kernel';

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 15_000;

/**
 * Keeps calls from a provider that fails (Nygard, Release It!, "Circuit Breaker"): after five failures in a row it is left alone
 * for 15 s, then one call tries it, and its outcome decides for all.
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntilMs = 0;
  private isProbing = false;

  constructor(private readonly clock: Clock) {}

  /** Whether a call may go now. A yes while it is half open is for this one caller, who must report the outcome. */
  admits(): boolean {
    if (this.failures < FAILURES_TO_OPEN) return true;
    if (this.isProbing || this.clock.now().getTime() < this.openUntilMs) return false;
    this.isProbing = true;
    return true;
  }

  /** For how many seconds it is left alone from now on; at least one. */
  get restsForS(): number {
    return Math.max(1, Math.ceil((this.openUntilMs - this.clock.now().getTime()) / 1_000));
  }

  /** The provider answered, be it with a refusal of the request. */
  succeeded(): void {
    this.failures = 0;
    this.isProbing = false;
  }

  /** The provider failed. */
  failed(): void {
    this.failures += 1;
    this.isProbing = false;
    this.openUntilMs = this.clock.now().getTime() + OPEN_MS;
  }

  /** The call ended without telling anything about the provider: whoever asked went away. */
  undecided(): void {
    this.isProbing = false;
  }
}
