import { UseFilters, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { Operation, Reply } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { throwError, type Observable } from 'rxjs';
import { HANDLER_FACTS, type HandlerFacts } from './patterns.js';

/** Nest's own key for a handler's parameters; an empty value makes it hand every argument on as it is. */
const ROUTE_ARGUMENTS = '__routeArguments__';

/** Nest would turn every exception into its own; the pipeline must see the real one. */
class Rethrow implements ExceptionFilter {
  catch(exception: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => exception);
  }
}

const rethrow = new Rethrow();

/** Marks a method as a handler, for Nest and for whoever reads a module without starting it. */
export function markHandler(facts: HandlerFacts, pattern: string): MethodDecorator {
  return (target, key, descriptor) => {
    const decorate = facts.kind === 'operation' ? MessagePattern : EventPattern;
    decorate(pattern, { facts })(target, key, descriptor as PropertyDescriptor);
    UseFilters(rethrow)(target, key, descriptor);
    Reflect.defineMetadata(ROUTE_ARGUMENTS, {}, target.constructor, key);
    Reflect.defineMetadata(HANDLER_FACTS, facts, descriptor.value as object);
  };
}

type Result<O> = O | Reply<O> | Reply<AsyncIterable<Uint8Array>>;

/** What a handler of an operation looks like. */
type Handler<I, O> = (
  input: I,
  ctx: TenantContext,
  upload: AsyncIterable<Uint8Array>,
) => Promise<Result<O>> | Result<O>;

/**
 * Makes a method the handler of an operation: `handle(input, ctx, upload?)`. The input is parsed and the context
 * verified before it runs. `upload` is there for operations whose request is a stream; an operation whose answer is one
 * returns a `Reply` with an `AsyncIterable<Uint8Array>` as its body.
 */
export function Handles<I, O>(operation: Operation<I, O>) {
  return <H extends Handler<I, O>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    markHandler({ kind: 'operation', operation: operation as Operation }, operation.subject)(target, key, descriptor);
  };
}
