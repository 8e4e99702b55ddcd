import { randomBytes } from 'node:crypto';
import type { Operation } from '@tenantry/contracts';
import { isUuid, newId } from '@tenantry/kernel';
import type { Caller } from '../client/caller.js';
import type { Answer, Request } from '../client/client.js';
import { Canary } from '../world/canary.js';
import { derivedForm } from './derived-form.js';
import { kinds, type Bench, type Kind, type Thing } from './kinds.js';
import { mcpForm } from './mcp-form.js';
import { rowForms } from './row-forms.js';
import { webhookForm } from './webhook-form.js';

/** The values of a request that name things, by field. */
export type Ids = Readonly<Record<string, unknown>>;

/** A request of an operation that succeeds, and the same with other things named in it. */
export interface Form {
  /** Tells forms of one operation apart; empty for the only one. */
  readonly label: string;
  /** Who may make the request. */
  readonly caller: Caller;
  readonly ids: Ids;
  readonly request: (ids: Ids) => Request;
  /** Whether a successful answer shows that the request did what it should. */
  readonly proves: (answer: Answer) => boolean;
}

/** Prepares an operation's requests; every read of one tenant shares what was made for reading. */
export class Forms {
  private readonly shared = new Map<string, Promise<Thing>>();
  /** What the platform makes is in no tenant's data. */
  private readonly platform = new Canary();

  constructor(private readonly common: Pick<Bench, 'productTables' | 'outbox'>) {}

  /** The requests of an operation by a tenant. @throws Error when one of its values can't be come by */
  async of(operation: Operation, bench: Pick<Bench, 'workshop' | 'tenant'>): Promise<Form[]> {
    const full = { ...bench, ...this.common };
    const thing = (kind: Kind): Promise<Thing> => this.thing(operation, full, kind);
    if (operation.name === 'Mcp') return [await mcpForm(thing)];
    if (operation.http?.custom && operation.service === 'data') return rowForms(operation, full, thing);
    if (operation.name === 'ReceiveStripeEvent') return [webhookForm(operation, full)];
    const words = operation.scope === 'platform' ? this.platform : bench.tenant.canary;
    return [await derivedForm(operation, full, thing, words)];
  }

  private thing(operation: Operation, bench: Bench, kind: Kind): Promise<Thing> {
    const isRead = operation.http?.method === 'GET' || operation.rateClass === 'read';
    if (!isRead) return kinds[kind](bench);
    const name = `${kind} ${bench.tenant.id}`;
    const known = this.shared.get(name) ?? kinds[kind](bench);
    this.shared.set(name, known);
    return known;
  }
}

const UNKNOWN_VERSION = 9_007_199_254;

/** Ids of the same shape that name nothing. */
export function randomIds(ids: Ids): Ids {
  return Object.fromEntries(Object.entries(ids).map(([name, value]) => [name, randomLike(value)]));
}

function randomLike(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(randomLike);
  if (typeof value === 'object' && value !== null) return randomIds(value as Ids);
  return randomText(String(value));
}

/** What secrets begin with, which everybody knows; what has another form is refused before anybody looks for it. */
const PREFIX_OF_SECRET = /^(?:[a-z]{2,4}_){1,2}(?=[A-Za-z0-9_-]{32,}$)/;

function randomText(value: string): string {
  if (isUuid(value)) return newId();
  if (/^\d+$/.test(value)) return String(UNKNOWN_VERSION);
  const local = `cn${randomBytes(value.length).toString('hex')}`;
  const [prefix] = PREFIX_OF_SECRET.exec(value) ?? [];
  if (prefix) return `${prefix}${local}`.slice(0, value.length);
  return value.includes('@') ? `${local.slice(0, value.indexOf('@'))}@verify.example` : local.slice(0, value.length);
}
