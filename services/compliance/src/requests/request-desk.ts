import { Injectable } from '@nestjs/common';
import { PrivacyRequestOpened, type PrivacyRequest as RequestMessage } from '@tenantry/contracts';
import { TenantDatabase, Vault, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { nextEscalation, usedPercent } from '../clock/escalation.js';
import { Holidays } from '../clock/holidays.js';
import { isClockKind, readClock, type ClockEvent, type LegalClock } from '../clock/legal-clock.js';
import { findClockEvents, insertEntries, type Entry } from './entry.table.js';
import type { ClockColumns, PrivacyRequest, TimedRequest } from './privacy-request.js';
import {
  findRequest,
  insertRequest,
  lockRequest,
  requestChange,
  saveRequest,
  toMessage,
  type Rows,
} from './privacy-request.table.js';

/** What an operation adds to a timeline. `at` is now unless it happened earlier; `text` is kept sealed. */
export interface NewEntry {
  readonly kind: string;
  readonly at?: Date;
  readonly facts?: Entry['facts'];
  readonly text?: string | null;
}

/** What an operation does to a request. */
export interface Change {
  readonly after: PrivacyRequest;
  readonly entry: NewEntry;
  /** What is announced, given the request with its new clock. */
  readonly event: (after: TimedRequest) => object;
}

/** What an operation decides by. */
export interface Facts {
  readonly now: Date;
  readonly tx: Transaction;
  /** What moved the clock, in order. */
  readonly events: readonly ClockEvent[];
  readonly clock: LegalClock;
  /** The clock as it would be if this happened now. */
  readonly clockAfter: (kind: ClockEvent['kind']) => LegalClock;
}

const MAX_ENTRIES = 10_000;

/** What an operation does to a request that it finds. */
export type Decide = (before: TimedRequest, facts: Facts) => Change | Promise<Change>;

/** The one way in which a request changes: under its lock, with its timeline, its clock and its event in one commit. */
@Injectable()
export class RequestDesk {
  private readonly holidays = new Holidays();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Adds a request that just came in. */
  async open(tx: Transaction, ctx: TenantContext, request: PrivacyRequest): Promise<RequestMessage> {
    const received = { kind: 'received', at: request.receivedAt } as const;
    const clock = this.read(request, [received]);
    const sealed = { ...request, ...(await this.sealTexts(tx.tenantId, request)), entries: 1 };
    const timed = { ...sealed, ...clockColumns(clock, 0, this.clock.now()) };
    await insertRequest(tx, timed);
    await this.addEntry(tx, ctx, timed, received);
    const { id: requestId, type, channel, dueOn } = timed;
    const event = new PrivacyRequestOpened({ requestId, type, channel, dueOn });
    tx.publish(event, { changes: [requestChange(null, timed)] });
    return toMessage(timed, request);
  }

  /** Changes a request in a transaction of its own. @throws Fault `not-found` */
  async change(ctx: TenantContext, requestId: string, decide: Decide): Promise<RequestMessage> {
    return this.tenants.transaction(ctx, async (tx) =>
      this.print(await this.changeIn(tx, ctx, requestId, decide), ctx),
    );
  }

  /** The same within a commit that does more. @throws Fault `not-found` */
  async changeIn(tx: Transaction, ctx: TenantContext, requestId: string, decide: Decide): Promise<TimedRequest> {
    const before = await lockRequest(tx, requestId);
    const events = await findClockEvents(tx, requestId);
    const now = this.clock.now();
    if (before.entries >= MAX_ENTRIES) throw new Fault('conflict', { detail: 'The timeline of this request is full' });
    const clockAfter = (kind: ClockEvent['kind']): LegalClock => this.read(before, [...events, { kind, at: now }]);
    const change = await decide(before, { now, tx, events, clock: this.read(before, events), clockAfter });
    const { entry } = change;
    const { kind, at = now } = entry;
    const clock = this.read(before, isClockKind(kind) ? [...events, { kind, at }] : events);
    const announced = kind === 'appealed' ? 0 : before.escalatedPercent;
    const after = { ...change.after, ...clockColumns(clock, announced, now), entries: before.entries + 1 };
    await saveRequest(tx, after);
    await this.addEntry(tx, ctx, after, entry);
    tx.publish(change.event(after), { changes: [requestChange(before, after)] });
    return after;
  }

  /** A request with its texts in clear. */
  async print(request: TimedRequest, ctx: TenantContext): Promise<RequestMessage> {
    const open = (column: string, sealed: string | null): Promise<string | null> =>
      sealed === null ? Promise.resolve(null) : this.vault.open(ctx.tenantId, placeOf(column, request.id), sealed);
    const details = await open('details', request.details);
    return toMessage(request, { details, agentMandate: await open('agent_mandate', request.agentMandate) });
  }

  /** How the clock of a request stands, worked out from its timeline. @throws Fault `not-found` */
  async clockOf(ctx: TenantContext, requestId: string): Promise<{ request: TimedRequest; clock: LegalClock }> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const request = await findRequest(rows, requestId);
    return { request, clock: this.read(request, await findClockEvents(rows, requestId)) };
  }

  private read(request: PrivacyRequest, events: readonly ClockEvent[]): LegalClock {
    return readClock({ ...request, events, now: this.clock.now() }, this.holidays);
  }

  private async sealTexts(tenantId: string, { id, details, agentMandate }: PrivacyRequest): Promise<SealedTexts> {
    const seal = (column: string, text: string | null): Promise<string | null> =>
      text === null ? Promise.resolve(null) : this.vault.seal(tenantId, placeOf(column, id), text);
    return { details: await seal('details', details), agentMandate: await seal('agent_mandate', agentMandate) };
  }

  private async addEntry(
    tx: Transaction,
    { actor }: TenantContext,
    request: TimedRequest,
    entry: NewEntry,
  ): Promise<void> {
    const { kind, at = this.clock.now(), facts = {}, text = null } = entry;
    const seq = request.entries;
    const sealed = text === null ? null : await this.vault.seal(tx.tenantId, entryPlace(request.id, seq), text);
    const who = { requestId: request.id, actorKind: actor.kind, actorId: actor.id };
    await insertEntries(tx, [{ ...who, seq, kind, at, facts, text: sealed }]);
  }
}

type SealedTexts = Pick<PrivacyRequest, 'details' | 'agentMandate'>;

const placeOf = (column: string, row: string) => ({ table: 'compliance.privacy_request', column, row });

/** Where the text of an entry is sealed. */
export const entryPlace = (requestId: string, seq: number) => ({
  table: 'compliance.privacy_request_entry',
  column: 'text',
  row: `${requestId}/${seq}`,
});

/** The clock as it is kept beside the request. Shares that were announced before the clock was moved, and lie ahead again, count anew. */
function clockColumns(clock: LegalClock, announcedPercent: number, now: Date): ClockColumns {
  const { startsAt, dueOn, dueAt } = clock;
  const escalatedPercent = Math.min(announcedPercent, usedPercent(startsAt, dueAt, now));
  const next = clock.state === 'running' ? nextEscalation(startsAt, dueAt, escalatedPercent) : undefined;
  return {
    ...{ clockStartsAt: startsAt, dueOn, dueAt, acknowledgeBy: clock.acknowledgeBy, handOverBy: clock.handOverBy },
    ...{ isPaused: clock.state === 'paused', isExtended: clock.isExtended },
    ...{ escalatedPercent, nextEscalationAt: next?.at ?? null },
  };
}
