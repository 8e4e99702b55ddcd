import type { MessageType } from './message.js';

/** Whose data an operation touches. */
export type OperationScope = 'platform' | 'tenant' | 'self' | 'public' | 'internal';

/** The rate limit an operation counts against. */
export type RateClass = 'read' | 'write' | 'auth' | 'bulk';

/** What an agent's token may be shown to; `any` takes every token of an agent, `none` not one. */
export type AgentAudience = 'api' | 'mcp' | 'completions' | 'any' | 'none';

/** Where an operation is on HTTP. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** E.g. `/v1/tenants/{tenantId}`; names in braces are fields of the input. */
  readonly path: string;
  /** Answered by a hand-written controller of the gateway. */
  readonly custom: boolean;
  /** The status of success. */
  readonly status: number;
}

/** Everything declared about one rpc. */
export interface Operation<I = unknown, O = unknown> {
  /** E.g. `AddLocation`. */
  readonly name: string;
  readonly service: string;
  readonly version: 'v1';
  /** The NATS subject, e.g. `rpc.tenants.v1.AddLocation`. */
  readonly subject: string;
  /** Null when only services call it. */
  readonly http: HttpRoute | null;
  readonly permission: string | null;
  readonly scope: OperationScope;
  readonly idempotent: boolean;
  /** The action of its audit entry. */
  readonly audit: string | null;
  readonly whenSuspended: boolean;
  readonly rateClass: RateClass;
  readonly streams: 'none' | 'request' | 'response';
  /** Services besides the gateway that may call it. */
  readonly callers: readonly string[];
  /** The answer is bytes with their own headers. */
  readonly raw: boolean;
  readonly publicKeys: boolean;
  readonly bodyLimitBytes: number;
  /** The audience that an agent's token must name. */
  readonly agentAudience: AgentAudience;
  /** The repeated field of the input that takes CloudEvents; null when it takes none. */
  readonly cloudEvents: string | null;
  /** The repeated field of the input of which one item may come by itself; null when there is none. */
  readonly singleItem: string | null;
  /** The first sentence of the rpc's comment. */
  readonly summary: string;
  readonly input: MessageType<I>;
  readonly output: MessageType<O>;
}

/** What generated code says about an operation; everything usual is left out. */
export type OperationDeclaration<I, O> = Pick<
  Operation<I, O>,
  'name' | 'service' | 'scope' | 'summary' | 'input' | 'output'
> &
  Partial<Omit<Operation<I, O>, 'http'>> & {
    readonly http?: Omit<HttpRoute, 'custom'> & { readonly custom?: boolean };
  };

const MEBIBYTE = 1024 * 1024;

/** Completes a declaration with the defaults that options.proto promises. Called by generated code. */
export function operation<I, O>(declared: OperationDeclaration<I, O>): Operation<I, O> {
  return {
    version: 'v1',
    subject: `rpc.${declared.service}.v1.${declared.name}`,
    permission: null,
    idempotent: false,
    audit: null,
    whenSuspended: false,
    rateClass: declared.http?.method === 'GET' ? 'read' : 'write',
    streams: 'none',
    callers: [],
    raw: false,
    publicKeys: false,
    bodyLimitBytes: MEBIBYTE,
    agentAudience: declared.scope === 'tenant' ? 'api' : 'none',
    cloudEvents: null,
    singleItem: null,
    ...declared,
    http: declared.http ? { custom: false, ...declared.http } : null,
  };
}

/** What a handler may return instead of the output message, to name a status, headers or raw bytes. */
export class Reply<T = unknown> {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;

  constructor(
    readonly body: T | Uint8Array | null,
    options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.status = options.status;
    this.headers = options.headers;
  }
}
