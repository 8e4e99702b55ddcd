import { Injectable } from '@nestjs/common';
import { type PersonPlace, planSubjectRows, type SubjectPlace } from '@tenantry/contracts';
import { type Sql, TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { type PlatformPlace, platformPlaces } from '../data-map/platform-places.js';
import { findRequest } from '../requests/privacy-request.table.js';
import { askedBy, type Peer, peerOf, peers } from './peers.js';
import type { FoundPlace, Person, PersonKey, PlaceFacts } from './plan.js';

/** Where a person's data is. */
export interface Found {
  readonly places: readonly FoundPlace[];
  /** Of the tables, so that a change of them is noticed. */
  readonly shape: string;
}

/** Whom somebody asks for. */
export interface PersonWish {
  readonly subject: readonly PersonKey[];
  readonly requestId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly userId?: string | null | undefined;
}

const TIMEOUT_MS = 20_000;
const PEER_TIMEOUT_MS = 5_000;
const NO_FACTS: PlaceFacts = { columns: [], via: [], reveal: [], action: null, reason: null };

/** Finds every place with data of a person: what the services find by themselves, and what somebody has to look up. */
@Injectable()
export class SubjectPlaces {
  constructor(
    private readonly rpc: RpcClient,
    private readonly tenants: TenantDatabase,
    private readonly log: Logger,
  ) {}

  /** Whom somebody asks for; the address is that of the privacy request unless another is given. @throws Fault `not-found` for an unknown request */
  async person(ctx: TenantContext, wish: PersonWish): Promise<Person> {
    const { subject: keys, requestId = null, email = null, userId = null } = wish;
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const request = requestId === null ? null : await findRequest(rows, requestId);
    return { keys, email: (email ?? request?.subjectEmail ?? null)?.toLowerCase() ?? null, userId };
  }

  /** Asks every service that has something about people, at once. @throws Fault of the data service, e.g. `invalid-input` naming the entry of the subject that is wrong */
  async find(ctx: TenantContext, person: Person): Promise<Found> {
    const asked = peers.map((peer) => this.#ask(ctx, peer, person));
    const { places, shape } = await this.rpc.call(planSubjectRows, { subject: [...person.keys] }, ctx, {
      timeoutMs: TIMEOUT_MS,
    });
    const others = platformPlaces.filter(({ service, task }) => task !== null && !peerOf(service));
    return { places: [...places.map(toPlace), ...(await Promise.all(asked)).flat(), ...others.map(taskOf)], shape };
  }

  /** What a service says of a person. One that can't be asked leaves a task: somebody looks it up. */
  async #ask(ctx: TenantContext, peer: Peer, person: Person): Promise<FoundPlace[]> {
    const { service, plan } = peer;
    const task = platformPlaces.find((place) => place.service === service)!;
    const known = askedBy(peer, person);
    if (!known) return [taskOf(task)];
    try {
      const { places } = await this.rpc.call(plan, known, ctx, { timeoutMs: PEER_TIMEOUT_MS });
      return places.map((place) => toPeerPlace(service, place));
    } catch (err) {
      if (ctx.signal?.aborted) throw err;
      this.log.warn({ err, service }, 'A service did not say what it has of a person: it is a task in the plan');
      return [taskOf({ ...task, task: `The service did not answer. ${task.task}` })];
    }
  }
}

const kinds: Readonly<Record<string, FoundPlace['kind']>> = { own: 'rows', mention: 'mention', unsearched: 'task' };

function toPlace({ table, kind, rows, columns, via, erase, reason }: SubjectPlace): FoundPlace {
  // A kind that this version does not know is looked at by somebody.
  const facts = { columns, via, reveal: [], action: erase, reason: reason ?? null };
  return { service: 'data', place: table, kind: kinds[kind] ?? 'task', rows, facts };
}

/** What a service can not do by itself is a task; what a copy shows nothing of is only mentioned. */
function toPeerPlace(service: string, { place, rows, action, reason = null, columns }: PersonPlace): FoundPlace {
  const shown = columns.map((column) => ({ ...column, thirdParty: false }));
  const facts = { ...NO_FACTS, columns: shown, action, reason };
  const kind = action === 'manual' ? 'task' : columns.length > 0 ? 'rows' : 'mention';
  return { service, place, kind, rows, facts };
}

/** What somebody looks up in a service that does not say it itself, or not without an address or user id. */
function taskOf({ service, task, tables }: Pick<PlatformPlace, 'service' | 'task' | 'tables'>): FoundPlace {
  const facts = { ...NO_FACTS, action: 'manual', reason: task };
  return { service, place: Object.keys(tables).join(', '), kind: 'task', rows: 0n, facts };
}
