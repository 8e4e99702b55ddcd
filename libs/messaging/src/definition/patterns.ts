import 'reflect-metadata';
import type { EventType, Operation } from '@tenantry/contracts';

/** What a method of a controller is for; travels to the transport as the pattern's extras. */
export type HandlerFacts =
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'reaction'; readonly reaction: Reaction }
  | { readonly kind: 'batch'; readonly batch: BatchReaction }
  | { readonly kind: 'schedule'; readonly schedule: Schedule };

/** One event handled by one consumer. */
export interface Reaction {
  readonly type: EventType<object>;
  /** `<service>.<what for>`: part of the durable consumer's name and the inbox key, so it never changes. */
  readonly consumer: string;
  /** Events handled at the same time by one replica. */
  readonly concurrency: number;
}

/** Many events handled by one call. */
export interface BatchReaction {
  readonly consumer: string;
  readonly filter: string;
  readonly maxEvents: number;
}

/** Work that comes back after an interval. */
export interface Schedule {
  readonly name: string;
  readonly intervalMs: number;
}

/** The key under which `HandlerFacts` lie on a handler method. */
export const HANDLER_FACTS = 'tenantry:handler';
