import { call, Refused, type Caller, type Input, type OperationName, type Output } from './call.js';
import type { LoginReply, Membership } from './contract.js';

/** Somebody who is signed in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly memberships: readonly Membership[];
  /** Where they work at the moment; null for who is a member of nothing. */
  readonly tenant: Membership | null;
}

interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly expiresAtMs: number;
}

/** An access token that ends within this time is replaced before it is used. */
const MARGIN_MS = 30_000;

/**
 * Who is signed in on this page. Tokens are held in memory and nowhere else: what could read a page's storage finds
 * none, and no request carries a credential by itself, so none can be forged from elsewhere. The price: loading the
 * page anew ends the session here.
 */
export class Session {
  private tokens: Tokens | null = null;
  private refreshing: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();
  private signedIn: Person | null = null;

  /** Null while nobody is signed in. */
  readonly person = (): Person | null => this.signedIn;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** @throws Refused */
  async signIn(email: string, password: string): Promise<void> {
    const reply = await call('login', { email, password });
    this.keep(reply);
    const { memberships } = reply;
    const { id } = await call('getMe', {}, { accessToken: reply.accessToken, tenant: null });
    this.become({ id, email, memberships, tenant: memberships[0] ?? null });
  }

  /** Ends the session here and, if it can be told, at the server. */
  async signOut(): Promise<void> {
    const accessToken = this.tokens?.access ?? null;
    this.forget();
    if (accessToken !== null) await call('logout', {}, { accessToken, tenant: null }).catch(ignoreRefusal);
  }

  /** Works for another tenant of the person's from now on. */
  choose(tenantId: string): void {
    const tenant = this.signedIn?.memberships.find((one) => one.tenantId === tenantId);
    if (this.signedIn && tenant) this.become({ ...this.signedIn, tenant });
  }

  /** Calls an operation as the person, for the tenant that they work for. @throws Refused */
  async call<N extends OperationName>(name: N, input: Input<N>, wish?: string): Promise<Output<N>> {
    try {
      return await call(name, input, { ...(await this.caller()), wish });
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 401) throw error;
      await this.refresh();
      return call(name, input, { ...(await this.caller()), wish });
    }
  }

  private async caller(): Promise<Caller> {
    if (this.tokens && this.tokens.expiresAtMs - MARGIN_MS < Date.now()) await this.refresh();
    return { accessToken: this.tokens?.access ?? null, tenant: this.signedIn?.tenant?.slug ?? null };
  }

  /** A refresh token works once, so everybody waits for the same exchange. @throws Refused */
  private refresh(): Promise<void> {
    this.refreshing ??= this.exchange().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  private async exchange(): Promise<void> {
    const refreshToken = this.tokens?.refresh ?? '';
    try {
      this.keep(await call('refresh', { refreshToken }));
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 401) this.forget();
      throw error;
    }
  }

  private keep({ accessToken, refreshToken, expiresIn }: LoginReply): void {
    this.tokens = { access: accessToken, refresh: refreshToken, expiresAtMs: Date.now() + expiresIn * 1000 };
  }

  private forget(): void {
    this.tokens = null;
    this.become(null);
  }

  private become(person: Person | null): void {
    this.signedIn = person;
    for (const listener of this.listeners) listener();
  }
}

/** Who signs out is signed out here, whatever the server says. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}
