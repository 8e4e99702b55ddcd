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
const LOCK = 'tenantry-session';
const NOBODY = { accessToken: null, tenant: null };

/**
 * Who is signed in in this window. The access token, good for minutes, is held in memory; the refresh token is in a cookie
 * that no script can read and that only the gateway's three operations of sessions look at. Where cookies are not safe,
 * because the page did not come over TLS or from this machine, it is held in memory too and ends with the page.
 */
export class Session {
  private tokens: Tokens | null = null;
  private refreshing: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();
  private signedIn: Person | null = null;
  private readonly isKept = window.isSecureContext;

  /** Null while nobody is signed in. */
  readonly person = (): Person | null => this.signedIn;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** @throws Refused */
  async signIn(email: string, password: string): Promise<void> {
    this.keep(await call('login', { email, password }, { ...NOBODY, isKept: this.isKept }));
    await this.meet();
  }

  /** Goes on with the session of this browser, if there is one. @throws Refused when nobody can say */
  async resume(): Promise<void> {
    if (!this.isKept || this.signedIn) return;
    try {
      await this.refresh();
      await this.meet();
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 401) throw error;
    }
  }

  /** Ends the session here and, if it can be told, at the server. */
  async signOut(): Promise<void> {
    const accessToken = this.tokens?.access ?? null;
    this.forget();
    if (accessToken === null) return;
    await call('logout', {}, { accessToken, tenant: null, isKept: this.isKept }).catch(ignoreRefusal);
  }

  /** Works for another tenant of the person's from now on, also when the page is loaded anew. @throws Refused */
  async choose(tenantId: string): Promise<void> {
    const tenant = this.signedIn?.memberships.find((one) => one.tenantId === tenantId);
    if (!this.signedIn || !tenant) return;
    await this.exchange(tenant.slug);
    this.become({ ...this.signedIn, tenant });
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

  /** Who the tokens are of, and for which tenant. @throws Refused */
  private async meet(): Promise<void> {
    const accessToken = this.tokens?.access ?? null;
    const { id, email, memberships, tenantId } = await call('getMe', {}, { accessToken, tenant: null });
    const tenant = memberships.find((one) => one.tenantId === tenantId) ?? memberships[0] ?? null;
    this.become({ id, email, memberships, tenant });
  }

  /** Everybody on this page waits for the same exchange. @throws Refused */
  private refresh(): Promise<void> {
    this.refreshing ??= this.exchange().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  /** A refresh token works once, so windows that share the cookie take turns. @throws Refused */
  private async exchange(tenant?: string): Promise<void> {
    const refreshToken = this.tokens?.refresh ?? '';
    const swap = (): Promise<LoginReply> =>
      call('refresh', { refreshToken, tenant }, { ...NOBODY, isKept: this.isKept });
    try {
      this.keep(this.isKept ? await navigator.locks.request(LOCK, swap) : await swap());
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
