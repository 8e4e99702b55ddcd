import { decodeJwt } from 'jose';
import type { Caller } from './caller.js';

interface Kept {
  /** Makes a token of the same kind. */
  readonly again: () => Promise<string>;
  token: Promise<string>;
  freshUntilMs: number;
}

/** Long before a token expires, because a request may take its time. */
const SHARE_OF_LIFE = 0.5;

/**
 * Access tokens live for minutes and a run may take longer. A token that is kept here is made anew in time, the same way as the first:
 * a session that was ended is another session that was ended, not one that has expired, which would be refused for another reason.
 */
export class Sessions {
  private readonly kept = new Map<string, Kept>();

  /** @param freshMs how old tokens may become; by default half of their life */
  constructor(private readonly freshMs: number | null = null) {}

  /** Makes a caller whose token is made again that way, in time. @throws Error what making it throws */
  async keep(make: () => Promise<Caller>): Promise<Caller> {
    const caller = await make();
    const again = async (): Promise<string> => (await make()).token!;
    const first = caller.token!;
    this.kept.set(first, { again, token: Promise.resolve(first), freshUntilMs: this.freshUntilMs(first) });
    return caller;
  }

  /** The caller with the token that is good for them now, or bad for the same reason as ever. */
  async current(caller: Caller): Promise<Caller> {
    const kept = caller.token === null ? undefined : this.kept.get(caller.token);
    if (!kept) return caller;
    if (performance.now() >= kept.freshUntilMs) this.renew(kept);
    return { ...caller, token: await kept.token };
  }

  /** Makes anew now what would have to be within a while: afterwards, for so long, nothing is. */
  async freshen(forMs: number): Promise<void> {
    for (const kept of this.kept.values()) {
      if (performance.now() + forMs > kept.freshUntilMs) this.renew(kept);
      await kept.token;
    }
  }

  private renew(kept: Kept): void {
    kept.freshUntilMs = Infinity; // whoever asks meanwhile waits for the same one
    kept.token = kept.again().then(
      (token) => {
        kept.freshUntilMs = this.freshUntilMs(token);
        return token;
      },
      (error: Error) => {
        kept.freshUntilMs = 0; // the next one tries again
        throw error;
      },
    );
  }

  /** By our own clock: that of the system may differ. */
  private freshUntilMs(token: string): number {
    const { iat = 0, exp = Infinity } = decodeJwt(token);
    return performance.now() + (this.freshMs ?? (exp - iat) * 1_000 * SHARE_OF_LIFE);
  }
}
