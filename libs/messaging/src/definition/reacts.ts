import type { EventType } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import type { EventContext, ReceivedEvent } from '../events/event.js';
import { markHandler } from './handles.js';

type ReactionHandler<E> = (event: E, tx: Transaction, ctx: EventContext) => Promise<void>;
type BatchHandler = (batch: readonly ReceivedEvent[], signal: AbortSignal) => Promise<void>;
type ScheduleHandler = (signal: AbortSignal) => Promise<void>;

type MethodOf<H> = <M extends H>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void;

/**
 * Makes a method the reaction to an event: `handle(event, tx, ctx)`. It runs inside a transaction of the event's tenant
 * that has already claimed the event, so handling it twice equals once. A failure is tried again with growing pauses;
 * after the last try the event is kept in `failed_event`, and the next events go on.
 */
export function On<E extends object>(
  type: EventType<E>,
  options: { consumer: string; concurrency?: number },
): MethodOf<ReactionHandler<E>> {
  const { consumer, concurrency = 8 } = options;
  const pattern = `on ${type.event.subjectSuffix} ${consumer}`;
  return (target, key, descriptor) =>
    markHandler({ kind: 'reaction', reaction: { type, consumer, concurrency } }, pattern)(target, key, descriptor);
}

/**
 * Makes a method the reaction to many events at once: `handle(batch)`. The batch has events of many tenants, and one may
 * come again: what the handler writes must be keyed by the event's id. When a batch fails, its events are handed over
 * one by one, so that a poison event is set aside alone.
 */
export function OnBatch(options: { consumer: string; filter?: string; maxEvents?: number }): MethodOf<BatchHandler> {
  const { consumer, filter = 'events.>', maxEvents = 200 } = options;
  const pattern = `batch ${filter} ${consumer}`;
  return (target, key, descriptor) =>
    markHandler({ kind: 'batch', batch: { consumer, filter, maxEvents } }, pattern)(target, key, descriptor);
}

/** Makes a method scheduled work: `handle(signal)`, run every `intervalMs` by one replica of the service at a time. */
export function Every(options: { name: string; intervalMs: number }): MethodOf<ScheduleHandler> {
  return (target, key, descriptor) =>
    markHandler({ kind: 'schedule', schedule: options }, `every ${options.name}`)(target, key, descriptor);
}
