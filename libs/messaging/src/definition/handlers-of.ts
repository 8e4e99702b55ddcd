import type { DynamicModule, Type } from '@nestjs/common';
import type { EventType } from '@tenantry/contracts';
import { durableName } from '../bus/subjects.js';
import type { ServiceDefinition } from './define-service.js';
import { HANDLER_FACTS, type BatchReaction, type HandlerFacts, type Reaction } from './patterns.js';

type ModuleLike = Type | DynamicModule | { readonly forwardRef: () => Type } | Promise<DynamicModule>;

/** What every method of a module's controllers is for, read from the decorators: nothing is started. */
export function handlersOf(module: Type | DynamicModule): HandlerFacts[] {
  return [...controllersOf(module, new Set())].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      const facts =
        typeof method === 'function'
          ? (Reflect.getMetadata(HANDLER_FACTS, method) as HandlerFacts | undefined)
          : undefined;
      return facts ? [facts] : [];
    }),
  );
}

/** One durable consumer of the stream. */
export interface DurableConsumer {
  readonly name: string;
  readonly filter: string;
  readonly maxAckPending: number;
}

/** How many events of a reaction may be out at the same time, over all replicas. */
const MAX_ACK_PENDING = 1_000;
/** The last part of the name of a consumer that takes batches. */
const BATCH = 'batch';

/** The durable consumer of one reaction. */
export function reactionConsumer(service: string, { type, consumer }: Reaction): DurableConsumer {
  const { event } = type as EventType<object>;
  return {
    name: durableName(service, consumer, event.name),
    filter: `events.*.${event.subjectSuffix}`,
    maxAckPending: MAX_ACK_PENDING,
  };
}

/** The durable consumer of one batch reaction. */
export function batchConsumer(service: string, { consumer, filter, maxEvents }: BatchReaction): DurableConsumer {
  return {
    name: durableName(service, consumer, BATCH),
    filter,
    maxAckPending: Math.max(MAX_ACK_PENDING, 4 * maxEvents),
  };
}

/** Every durable consumer that a service pulls from. */
export function consumersOf({ name, module }: ServiceDefinition): DurableConsumer[] {
  return handlersOf(module).flatMap((facts) => {
    if (facts.kind === 'reaction') return [reactionConsumer(name, facts.reaction)];
    return facts.kind === 'batch' ? [batchConsumer(name, facts.batch)] : [];
  });
}

function controllersOf(module: ModuleLike, seen: Set<unknown>): Set<Type> {
  if (seen.has(module) || module instanceof Promise) return new Set();
  seen.add(module);
  if ('forwardRef' in module) return controllersOf(module.forwardRef(), seen);
  const dynamic = 'module' in module ? module : undefined;
  const type = dynamic ? dynamic.module : (module as Type);
  const declared = <T>(key: string): T[] => (Reflect.getMetadata(key, type) as T[] | undefined) ?? [];
  const controllers = new Set<Type>([...declared<Type>('controllers'), ...(dynamic?.controllers ?? [])]);
  for (const imported of [...declared<ModuleLike>('imports'), ...((dynamic?.imports ?? []) as ModuleLike[])]) {
    for (const controller of controllersOf(imported, seen)) controllers.add(controller);
  }
  return controllers;
}
