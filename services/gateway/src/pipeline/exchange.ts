import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID, type Actor, type SupportGrant } from '@tenantry/kernel';
import type { AgentTokenEntry, KeyEntry, RawReply, TenantEntry } from '@tenantry/messaging';

/** A request as HTTP gave it; nothing in it is proven. */
export interface Incoming {
  /** The caller's address: of the connection, or what a trusted proxy says. */
  readonly clientIp: string;
  /** Host name without port, in lower case. */
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came: a HEAD is a GET whose body nobody wants. */
  readonly method: string;
  /** The names in braces of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  /** What follows the question mark, as it came. */
  readonly query: string;
}

/** A person who signed in, as the access token says. */
export interface Session {
  readonly kind: 'session';
  readonly id: string;
  readonly userId: string;
  /** The tenant that the token is for. */
  readonly tenantId: string | null;
  /** Since when they have their password; null in a token that does not say it. */
  readonly passwordSetAtMs: number | null;
  readonly expiresAtMs: number;
}

/** A program that showed an API key. */
export interface ApiKey {
  readonly kind: 'key';
  /** SHA-256 of the key, hex: its name in the directory. */
  readonly digest: string;
  readonly entry: KeyEntry;
}

/** An agent that showed its token. */
export interface AgentToken {
  readonly kind: 'agent';
  /** SHA-256 of the token, hex: its name in the directory. */
  readonly digest: string;
  readonly entry: AgentTokenEntry;
}

/** What a request proved about its caller. */
export type Credential = Session | ApiKey | AgentToken | { readonly kind: 'none' };

/** Where a tenant lives. */
export type Home = Pick<TenantEntry, 'cell' | 'mode' | 'organizationId' | 'status'>;

/** The caller as somebody in one tenant. */
export interface Party {
  readonly tenantId: string;
  readonly home: Home;
  readonly actor: Actor;
  /** Grants in the sense of `permits`. */
  readonly permissions: readonly string[];
  readonly credentialId: string | null;
  /** For an agent: which, for whom and where; null for everybody else. */
  readonly agent: Pick<AgentTokenEntry, 'agentId' | 'onBehalfOf' | 'locationId'> | null;
  /** By which grant of the tenant somebody of the platform acts there. */
  readonly support?: { readonly id: string; readonly grant: SupportGrant };
}

/** The caller of a public operation. */
export const ANONYMOUS: Party = {
  tenantId: PLATFORM_TENANT_ID,
  home: { cell: 'home', mode: 'pool', organizationId: null, status: 'active' },
  actor: { kind: 'anonymous', id: 'anonymous', role: null },
  permissions: [],
  credentialId: null,
  agent: null,
};

/** An operation at one address: how a request there becomes its input. */
export interface Endpoint {
  readonly operation: Operation;
  /** Prints the input; what it can't be is refused here. @throws Fault that names the field */
  readonly read: (exchange: Exchange) => Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** One request on its way: what it is, and what the steps have found out about it so far. */
export class Exchange {
  readonly id = newId();
  readonly operation: Operation;
  /** Headers of the answer, whatever it will be. */
  readonly answerHeaders: Record<string, string> = {};
  /** Set by `Authenticate`. */
  credential: Credential = { kind: 'none' };
  /** Set by `ResolveTenant`. */
  party: Party = ANONYMOUS;
  /** The body as it came; empty while it was not read. */
  body: Uint8Array = NOTHING;
  /** The body of an operation whose request is a stream. */
  upload: AsyncIterable<Uint8Array> | null = null;
  /** W3C trace context that the service continues. */
  traceparent: string | null = null;
  /** Aborted when the caller goes away or may not go on; only streams have one. */
  signal: AbortSignal | null = null;
  /** The printed input; set by `Validate`. */
  payload: Uint8Array = NOTHING;
  /** The signed context; set by `SignContext`. */
  context = '';
  /** Ends the turn that `TakeTurn` waited for. */
  endTurn: () => void = () => undefined;
  /** Set by `Forward`. */
  reply: RawReply | null = null;

  constructor(
    readonly endpoint: Endpoint,
    readonly incoming: Incoming,
    /** Milliseconds since the epoch after which nobody waits for the answer. */
    readonly deadlineAtMs: number,
  ) {
    this.operation = endpoint.operation;
  }
}

/** One thing that must hold, or be done, on the way to an operation. Completes the exchange or throws a Fault. */
export interface Step {
  run(exchange: Exchange): void | Promise<void>;
}
