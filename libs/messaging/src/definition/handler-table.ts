import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { Operation } from '@tenantry/contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import type { BatchReaction, HandlerFacts, Reaction, Schedule } from './patterns.js';

/** A controller's method as Nest hands it out: every argument passes through, errors come out as they were thrown. */
export type HandlerMethod = (...args: unknown[]) => Promise<unknown>;

/** A handler with what it is for. */
export interface Registered<F> {
  readonly facts: F;
  readonly method: HandlerMethod;
}

/** Nest answers a thrown error as an Observable; nothing else here is one. */
function unwrapped(callback: MessageHandler): HandlerMethod {
  const method = callback as unknown as HandlerMethod;
  return async (...args) => {
    const result = await method(...args);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  };
}

/**
 * A Nest transport that only collects what a module handles. `NatsStrategy` serves it over NATS; tests run it without
 * a network.
 */
export class HandlerTable extends Server implements CustomTransportStrategy {
  readonly operations = new Map<string, Registered<Operation>>();
  readonly reactions: Registered<Reaction>[] = [];
  readonly batches: Registered<BatchReaction>[] = [];
  readonly schedules: Registered<Schedule>[] = [];
  override readonly propagatesEventHandlerErrors = true;

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEvent = false,
    extras: Record<string, unknown> = {},
  ): void {
    super.addHandler(pattern, callback, isEvent, extras);
    const facts = extras['facts'] as HandlerFacts | undefined;
    if (!facts) throw new TypeError(`${String(pattern)}: only @Handles, @On, @OnBatch and @Every are served here`);
    this.add(facts, unwrapped(callback));
  }

  override listen(callback: (error?: unknown) => void): void {
    callback();
  }

  override close(): void | Promise<void> {
    // Nothing was opened.
  }

  override on(): never {
    throw new TypeError('This transport has no events to subscribe to');
  }

  override unwrap<T>(): T {
    return this as unknown as T;
  }

  private add(facts: HandlerFacts, method: HandlerMethod): void {
    if (facts.kind === 'operation') {
      const { subject } = facts.operation;
      if (this.operations.has(subject)) throw new TypeError(`${subject} has two handlers`);
      this.operations.set(subject, { facts: facts.operation, method });
    } else if (facts.kind === 'reaction') this.reactions.push({ facts: facts.reaction, method });
    else if (facts.kind === 'batch') this.batches.push({ facts: facts.batch, method });
    else this.schedules.push({ facts: facts.schedule, method });
  }
}
