import { Injectable } from '@nestjs/common';
import { SubjectErased } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { findActiveHolds } from '../holds/legal-hold.table.js';
import { PlanWork } from '../places/plan-work.js';
import type { Person, PlanPlace, SubjectPlan } from '../places/plan.js';
import { savePlace } from '../places/plan.table.js';
import { findRequest } from '../requests/privacy-request.table.js';
import { ServiceEraser } from './service-eraser.js';
import { Certifier } from './certifier.js';
import type { ChangedPlan, OpenPlan } from '../places/plan-desk.js';
import { type BegunErasure, Tombstones } from '../tombstones/tombstones.js';
import { ErasureDesk } from './erasure-desk.js';
import { chosenPlaces, copiesErased, type ErasureResult, isCleared, isTable, resultOf } from './erasure-plan.js';

const HELD_PAUSE_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** An erasure that the runner works on. */
interface Running {
  readonly ctx: TenantContext;
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
}

/**
 * Carries out an approved erasure: holds, rows, values in the audit log, record, certificate. Every step is done once however often it is tried, and kept before the
 * next begins, so a crash anywhere is followed by the step that was not kept.
 */
@Injectable()
export class Eraser {
  constructor(
    private readonly desk: ErasureDesk,
    private readonly work: PlanWork,
    private readonly tombstones: Tombstones,
    private readonly services: ServiceEraser,
    private readonly certifier: Certifier,
  ) {}

  /** Goes on until there is nothing to do now. */
  async run(tenantId: string, planId: string, signal: AbortSignal): Promise<void> {
    const ctx = this.work.contexts.of(tenantId, planId, 'compliance', signal);
    try {
      while (await this.#step(ctx, planId));
    } catch (error) {
      if (signal.aborted) throw error;
      await this.#postpone(ctx, planId, error);
    }
  }

  /** One step; answers whether there may be another at once. */
  async #step(looking: TenantContext, planId: string): Promise<boolean> {
    const { plan, places } = await this.desk.find(looking, planId);
    const running = { ctx: { ...looking, onBehalfOf: plan.approvedBy }, plan, places };
    const result = resultOf(plan);
    if (plan.status === 'approved' || plan.status === 'held') return this.#eraseRows(running);
    if (plan.status !== 'certifying') return false;
    if (!result.services) return this.#eraseServices(running);
    if (!result.values) return this.#eraseValues(running, result);
    return isCleared(places) ? this.#certify(running, result) : this.#wait(running);
  }

  async #eraseRows({ ctx, plan, places }: Running): Promise<boolean> {
    const person = await this.work.seal.openPerson(ctx.tenantId, plan);
    const heldBy = await this.services.heldBy(ctx, person);
    const begun = await this.#begin(ctx, plan.id, person, heldBy);
    if (begun === 'held') return false;
    if (begun) await this.tombstones.keep(begun);
    const { id: erasureId, shape } = plan;
    const input = { erasureId, subject: [...person.keys], shape, places: chosenPlaces(places) };
    const done = await this.services.eraseRows(ctx, input);
    const rows = {
      places: done.places.map((place) => ({ ...place, rows: place.rows.toString() })),
      rows: done.rows.toString(),
      requestId: done.requestId,
      erasedAt: done.erasedAt!.toISOString(),
      keys: { ids: done.keysDestroyed, count: done.keyCount.toString() },
    };
    await this.#keep(ctx, plan.id, 'certifying', { rows });
    return true;
  }

  /**
   * A hold narrows erasure to nothing until it is released (GDPR Art. 17(3)(e)); it is asked for last thing before the rows go.
   * @returns what the ledger is to be told before anything is erased; null when it has been
   */
  async #begin(
    ctx: TenantContext,
    planId: string,
    person: Person,
    heldBy: readonly string[],
  ): Promise<BegunErasure | 'held' | null> {
    let begun: BegunErasure | null = null;
    const { status } = await this.desk.change(ctx, planId, async ({ tx, plan, places }) => {
      const asking = plan.requestId === null ? null : (await findRequest(tx, plan.requestId)).subjectEmail;
      const emails = [person.email, asking].filter((email) => email !== null);
      const tables = places.filter(isTable).map(({ place }) => place);
      const asked = person.keys.map(({ table, value: key }) => ({ person: { table, key }, tables }));
      const holds = [];
      for (const question of asked) {
        const known = { emails, userId: person.userId, ids: heldBy };
        holds.push(...(await findActiveHolds(tx, { ...question, ...known })));
      }
      if (holds.length + heldBy.length === 0) {
        if (plan.repeats === null) begun = await this.tombstones.begin(tx, plan, person, places);
        return { plan: { ...plan, status: 'approved', problem: null }, places, tryAt: this.work.clock.now() };
      }
      const names = [...new Set(holds.map(({ name }) => name))];
      const problem = `Legal hold: ${names.length > 0 ? names.join(', ') : 'one that is being placed or released'}`;
      return { plan: { ...plan, status: 'held', problem }, places, tryAt: this.#in(HELD_PAUSE_MS) };
    });
    return status === 'held' ? 'held' : begun;
  }

  /** Has every service of Tenantry's own erase what it has; what one refuses is left to people. */
  async #eraseServices({ ctx, plan, places }: Running): Promise<boolean> {
    const person = await this.work.seal.openPerson(ctx.tenantId, plan);
    const done = await this.services.erase(ctx, plan.id, person, places);
    const now = this.work.clock.now();
    await this.desk.change(ctx, plan.id, async (open) => {
      for (const place of done.left) await savePlace(open.tx, plan.id, place, 'compliance', now);
      const left = new Map(done.left.map((place) => [place.position, place]));
      const after = open.places.map((place) => left.get(place.position) ?? place);
      const copies = await this.work.copies.destroy(open.tx, person);
      const services = { ...done.erased, places: [...done.erased.places, ...copiesErased(copies)] };
      const result = { ...resultOf(open.plan), services };
      return { plan: { ...open.plan, result, tries: 0, problem: null }, places: after, tryAt: now };
    });
    return true;
  }

  async #eraseValues({ ctx, plan }: Running, { rows, services }: ErasureResult): Promise<boolean> {
    const changed = BigInt(rows!.rows) + BigInt(services!.rows);
    const input = { erasureId: plan.id, requestId: rows!.requestId, rows: changed };
    const done = await this.services.eraseValues(ctx, input);
    const values = {
      entries: done.entries.toString(),
      values: done.values.toString(),
      erasedAt: done.erasedAt!.toISOString(),
    };
    await this.#keep(ctx, plan.id, 'certifying', { values }, ({ tx, plan: { id, digest, requestId } }) =>
      tx.publish(new SubjectErased({ erasureId: id, digest, rows: input.rows, values: done.values, requestId })),
    );
    return true;
  }

  async #certify({ ctx, plan, places }: Running, { rows, services, values }: ErasureResult): Promise<boolean> {
    const done = { rows: rows!, services: services!, values: values! };
    const certificate = await this.certifier.certify(ctx, { plan, places, ...done, now: this.work.clock.now() });
    await this.#keep(ctx, plan.id, 'done', { certificate });
    return false;
  }

  /** Somebody has to do something by hand; whoever does it brings the plan back. */
  async #wait({ ctx, plan }: Running): Promise<boolean> {
    await this.desk.change(ctx, plan.id, (open) => Promise.resolve({ ...open, tryAt: null }));
    return false;
  }

  async #keep(
    ctx: TenantContext,
    planId: string,
    status: 'certifying' | 'done',
    more: ErasureResult,
    beside: (open: OpenPlan) => void = () => undefined,
  ): Promise<void> {
    await this.desk.change(ctx, planId, (open): Promise<ChangedPlan> => {
      beside(open);
      const { plan, places } = open;
      const finishedAt = status === 'done' ? this.work.clock.now() : null;
      const after = { ...plan, status, result: { ...resultOf(plan), ...more }, tries: 0, problem: null, finishedAt };
      return Promise.resolve({ plan: after, places, tryAt: status === 'done' ? null : this.work.clock.now() });
    });
  }

  /** What a try met. A refusal before anything was erased ends the approval: the plan is to be looked at again. Rows under a hold are waited for. */
  async #postpone(ctx: TenantContext, planId: string, error: unknown): Promise<void> {
    const isHeld = error instanceof Fault && error.reason === 'rows-held';
    const isRefusal = error instanceof Fault && error.status < 500;
    await this.desk.change(ctx, planId, async ({ tx, plan, places }) => {
      const problem = error instanceof Fault ? error.detail : 'The last try failed unexpectedly; it is tried again';
      if (isRefusal && resultOf(plan).rows === undefined) {
        if (plan.repeats === null) await this.tombstones.withdraw(tx, planId);
        if (isHeld)
          return { plan: { ...plan, status: 'held', problem: error.detail }, places, tryAt: this.#in(HELD_PAUSE_MS) };
        const again = { ...plan, status: 'planned', approvedBy: null, approvedAt: null, problem } as const;
        return { plan: again, places, tryAt: null };
      }
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** plan.tries, LONGEST_PAUSE_MS);
      return { plan: { ...plan, tries: plan.tries + 1, problem }, places, tryAt: this.#in(pauseMs) };
    });
    if (!(error instanceof Fault)) throw error;
  }

  #in(ms: number): Date {
    return new Date(this.work.clock.now().getTime() + ms);
  }
}
