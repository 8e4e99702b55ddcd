import { Injectable } from '@nestjs/common';
import {
  type EntryValuesErased,
  eraseEntryValues,
  type EraseEntryValuesRequest,
  eraseSubjectRows,
  findSubjectHolds,
  type EraseSubjectRowsRequest,
  type PersonErased,
  type SubjectRowsErased,
} from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { askedBy, type KnownBy, type Peer, peers } from '../places/peers.js';
import type { Person, PlanPlace } from '../places/plan.js';
import type { ErasedServices } from './erasure-plan.js';

/** Of a service that was asked by an address when it was planned there is one. */
const NOBODY: KnownBy = { email: null, userId: null };
const TIMEOUT_MS = 30_000;
const ROWS_TIMEOUT_MS = 120_000;

/** What Tenantry's own services did, and the places that were left to people. */
export interface ServicesErased {
  readonly erased: ErasedServices;
  readonly left: readonly PlanPlace[];
}

/** What one service did, or the places that it refused. */
interface Outcome {
  readonly peer: Peer;
  readonly done: PersonErased | null;
  readonly left: readonly PlanPlace[];
}

/** Has the services erase what they have of a person. */
@Injectable()
export class ServiceEraser {
  constructor(private readonly rpc: RpcClient) {}

  /** The legal holds on rows of the person, by id. */
  async heldBy(ctx: TenantContext, { keys }: Person): Promise<readonly string[]> {
    const { holds } = await this.rpc.call(findSubjectHolds, { subject: [...keys] }, ctx, {
      timeoutMs: ROWS_TIMEOUT_MS,
    });
    return [...new Set(holds.map(({ holdId }) => holdId))];
  }

  /** Has the data service erase rows, in one commit. @throws Fault of the data service, e.g. `conflict` for tables that have changed */
  eraseRows(ctx: TenantContext, input: EraseSubjectRowsRequest): Promise<SubjectRowsErased> {
    return this.rpc.call(eraseSubjectRows, input, ctx, { timeoutMs: ROWS_TIMEOUT_MS });
  }

  /** Has the audit log forget the values of what was erased. @throws Fault `unavailable` until it has the erasure's own entries */
  eraseValues(ctx: TenantContext, input: EraseEntryValuesRequest): Promise<EntryValuesErased> {
    return this.rpc.call(eraseEntryValues, input, ctx, { timeoutMs: ROWS_TIMEOUT_MS });
  }

  /**
   * Has Tenantry's own services erase what they have, each in a commit of its own. Only those that answered when it was planned; the others are tasks already.
   * @throws Fault of a service that does not answer now; those that did before answer alike
   */
  async erase(
    ctx: TenantContext,
    erasureId: string,
    person: Person,
    places: readonly PlanPlace[],
  ): Promise<ServicesErased> {
    const asked = peers.flatMap((peer) => {
      const own = places.filter(({ service, kind }) => service === peer.service && kind !== 'task');
      return own.length > 0 ? [this.#ask(ctx, erasureId, person, peer, own)] : [];
    });
    const outcomes = await Promise.all(asked);
    const erased = outcomes.flatMap(({ peer: { service }, done }) =>
      (done?.places ?? []).map(({ place, action, rows }) => ({ service, place, action, rows: rows.toString() })),
    );
    const rows = outcomes.reduce((sum, { done }) => sum + (done?.rows ?? 0n), 0n);
    const keys = outcomes.flatMap(({ done }) => done?.keysDestroyed ?? []);
    return { erased: { places: erased, rows: rows.toString(), keys }, left: outcomes.flatMap(({ left }) => left) };
  }

  async #ask(
    ctx: TenantContext,
    erasureId: string,
    person: Person,
    peer: Peer,
    places: readonly PlanPlace[],
  ): Promise<Outcome> {
    try {
      const options = { timeoutMs: TIMEOUT_MS, idempotencyKey: erasureId };
      const done = await this.rpc.call(peer.erase, askedBy(peer, person) ?? NOBODY, ctx, options);
      return { peer, done, left: leftIn(done, places) };
    } catch (error) {
      if (!(error instanceof Fault) || error.status >= 500) throw error;
      const left = places.filter(({ facts }) => facts.action !== 'keep').map((place) => asTask(place, error));
      return { peer, done: null, left };
    }
  }
}

/** What a service could not do although it was planned, e.g. what a payment provider refuses to redact. */
function leftIn({ places: done }: PersonErased, planned: readonly PlanPlace[]): PlanPlace[] {
  const names = new Set(done.filter(({ action }) => action === 'manual').map(({ place }) => place));
  const fault = new Fault('conflict', { detail: 'whoever has it refused' });
  return planned.filter(({ place }) => names.has(place)).map((place) => asTask(place, fault));
}

/** What a service refused, e.g. to remove the last owner. */
function asTask(place: PlanPlace, { detail }: Fault): PlanPlace {
  const reason = `Could not be erased by itself: ${detail}. Do it by hand, and write down what was done`;
  return { ...place, kind: 'task', status: 'waiting', facts: { ...place.facts, action: 'manual', reason } };
}
