import type { ParamRules, Params } from './http/params.js';
import { noSuch } from './http/problem.js';
import { newObjectId, type Kept, type Store } from './store.js';

/** The account of whoever runs Tenantry; connected accounts have ids of their own. */
export const PLATFORM = 'platform';
export const API_VERSION = '2026-10-28.endive';

/** One request to one route. */
export interface Call {
  readonly account: string;
  readonly params: Params;
  /** The part of the path that names an object. */
  readonly id: string;
  readonly world: World;
}

/** A route: exactly what the client may ask for. */
export interface Route extends ParamRules {
  readonly method: 'GET' | 'POST';
  /** E.g. `/v1/customers/:id`. */
  readonly path: string;
  readonly handle: (call: Call) => object;
}

/** An event as it is kept and delivered. */
export interface LocalEvent extends Kept {
  readonly object: 'event';
  readonly account?: string;
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: object };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

/** Everything there is, and what is told when it changes. */
export class World {
  constructor(
    readonly store: Store,
    /** Where the pages for people are. */
    readonly pagesUrl: () => string,
    private readonly deliver: (event: LocalEvent) => void,
  ) {}

  get nowS(): number {
    return Math.floor(Date.now() / 1_000);
  }

  /** @throws Problem when the account has no such object */
  get<T extends Kept>(account: string, kind: string, id: string, param?: string): T {
    const found = this.store.find<T>(account, kind, id);
    if (!found) throw noSuch(kind.replaceAll('_', ' '), id, param);
    return found;
  }

  /** Announces what an object has become. */
  emit(account: string, type: string, object: object): void {
    const event: LocalEvent = {
      id: newObjectId('evt'),
      object: 'event',
      ...(account === PLATFORM ? {} : { account }),
      api_version: API_VERSION,
      created: this.nowS,
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    };
    this.deliver(this.store.save(account, 'event', event));
  }
}

/** A page of a list, the newest first. */
export function page<T extends Kept>(all: readonly T[], { limit, starting_after }: Params, url: string): object {
  const newest = all.toReversed();
  const from = starting_after === undefined ? 0 : newest.findIndex(({ id }) => id === starting_after) + 1;
  const size = typeof limit === 'number' ? Math.min(Math.max(limit, 1), 100) : 10;
  const data = newest.slice(from, from + size);
  return { object: 'list', data, has_more: newest.length > from + size, url };
}

/** Whether a time lies within the bounds of a `created` parameter. */
export function isCreatedWithin(created: number, bounds: unknown): boolean {
  const { gt, gte, lt, lte } = (bounds ?? {}) as Partial<Record<'gt' | 'gte' | 'lt' | 'lte', number>>;
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  );
}
