import { Injectable } from '@nestjs/common';
import { collectSubjectRows } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { askedBy, peerOf } from '../places/peers.js';
import { PlanWork } from '../places/plan-work.js';
import { isOpen, type Person, type PlanPlace, type SubjectPlan } from '../places/plan.js';
import { savePlace } from '../places/plan.table.js';
import { AccessDesk } from './access-desk.js';
import { hasRowsToCollect, stageOf } from './access-plan.js';
import { deletePieces, Pieces } from './piece.table.js';

const PIECE_BYTES = 256 * 1024;
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
const LINE_FEED = 10;

/** Collects the places of a copy, one after the other. A crash loses the place that was being collected, which is then begun again. */
@Injectable()
export class AccessCollector {
  constructor(
    private readonly rpc: RpcClient,
    private readonly pieces: Pieces,
    private readonly desk: AccessDesk,
    private readonly work: PlanWork,
  ) {}

  /** Tries every place that waits, once. A copy that can not even be looked at waits longer each time, so that others come first. */
  async run(tenantId: string, planId: string, signal: AbortSignal): Promise<void> {
    const looking = this.work.contexts.of(tenantId, planId, 'compliance', signal);
    try {
      await this.#collectAll(looking, planId);
    } catch (error) {
      if (!signal.aborted) await this.#postpone(looking, planId);
      throw error;
    }
  }

  async #postpone(ctx: TenantContext, planId: string): Promise<void> {
    await this.desk.change(ctx, planId, ({ plan, places }) => {
      const tries = plan.tries + 1;
      return Promise.resolve({ plan: { ...plan, tries }, places, tryAt: this.#after(tries) });
    });
  }

  async #collectAll(looking: TenantContext, planId: string): Promise<void> {
    const { plan, places } = await this.desk.find(looking, planId);
    if (plan.status !== 'collecting') return;
    const ctx = { ...looking, onBehalfOf: plan.createdBy };
    const person = await this.work.seal.openPerson(looking.tenantId, plan);
    for (const place of places.filter((one) => one.kind === 'rows' && isOpen(one))) {
      await this.#collect(ctx, plan, person, place);
    }
  }

  async #collect(ctx: TenantContext, plan: SubjectPlan, person: Person, place: PlanPlace): Promise<void> {
    const trying: PlanPlace = { ...place, attempt: place.attempt + 1 };
    await this.#save(ctx, plan.id, trying);
    try {
      const collected = await this.#take(ctx, plan, person, trying);
      await this.#save(ctx, plan.id, { ...trying, status: 'done', collected });
    } catch (error) {
      if (ctx.signal?.aborted) throw error;
      this.work.log.warn(
        { err: error, planId: plan.id, place: place.place, attempt: trying.attempt },
        'A place could not be collected',
      );
      if (isFinal(error, trying)) await this.#save(ctx, plan.id, asTask(trying, error));
    }
  }

  /** Reads the place's rows to the end and keeps them in pieces of whole lines; answers how many there were. */
  async #take(ctx: TenantContext, plan: SubjectPlan, person: Person, place: PlanPlace): Promise<bigint> {
    const { shape } = plan;
    const collection = { planId: plan.id, position: place.position, attempt: place.attempt };
    let [count, number, waiting] = [0n, 0, [] as Uint8Array[]];
    let bytes = 0;
    for await (const chunk of await this.#rows(ctx, person, place, shape)) {
      waiting.push(chunk);
      bytes += chunk.length;
      const end = chunk.lastIndexOf(LINE_FEED) + 1;
      if (bytes < PIECE_BYTES || end === 0) continue;
      const whole = Buffer.concat([...waiting.slice(0, -1), chunk.subarray(0, end)]);
      count += linesIn(whole);
      await this.pieces.add(ctx, collection, number++, whole);
      waiting = [chunk.subarray(end)];
      bytes = chunk.length - end;
    }
    const rest = Buffer.concat(waiting);
    if (rest.length > 0) await this.pieces.add(ctx, collection, number, rest);
    return count + linesIn(rest);
  }

  /** A place's rows, from the service that has them. */
  #rows(ctx: TenantContext, person: Person, place: PlanPlace, shape: string): Promise<AsyncIterable<Uint8Array>> {
    const peer = peerOf(place.service);
    const known = peer && askedBy(peer, person);
    if (known) return this.rpc.download(peer.collect, { ...known, place: place.place }, ctx);
    const input = { subject: [...person.keys], shape, table: place.place, reveal: [...place.facts.reveal] };
    return this.rpc.download(collectSubjectRows, input, ctx);
  }

  /** Saves a place and brings the copy to where it stands now. What earlier tries left goes. */
  async #save(ctx: TenantContext, planId: string, place: PlanPlace): Promise<void> {
    await this.desk.change(ctx, planId, async ({ tx, plan, places }) => {
      if (plan.status !== 'collecting') return { plan, places, tryAt: null };
      if (place.status !== 'done') await deletePieces(tx, planId, place.position);
      await savePlace(tx, planId, place, 'compliance', this.work.clock.now());
      const after = places.map((one) => (one.position === place.position ? place : one));
      const tryAt = hasRowsToCollect(after) ? this.#after(place.attempt) : null;
      return { plan: stageOf(plan, after), places: after, tryAt };
    });
  }

  #after(tries: number): Date {
    return new Date(this.work.clock.now().getTime() + Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
  }
}

function linesIn(bytes: Uint8Array): bigint {
  let count = 0n;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1n;
  return count;
}

/** Tables that have changed stay so; a service that does not answer may come back. */
function isFinal(error: unknown, { attempt }: PlanPlace): boolean {
  return attempt >= MAX_ATTEMPTS || (error instanceof Fault && error.status < 500);
}

function asTask(place: PlanPlace, error: unknown): PlanPlace {
  const cause = error instanceof Fault ? error.detail : 'it failed unexpectedly';
  const reason = `Could not be collected by itself: ${cause}. Look the rows up by hand, or plan the copy again`;
  return { ...place, kind: 'task', facts: { ...place.facts, reason } };
}
