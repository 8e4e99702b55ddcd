import type { Operation } from '@tenantry/contracts';
import type { Endpoint } from '../pipeline/exchange.js';
import { readPayment } from './card-numbers.js';
import { readDerived } from './derived-input.js';
import { readRows } from './row-input.js';
import { readTokenRequest } from './token-request.js';
import { readWebhook } from './webhook-input.js';

/** An endpoint with its address as Fastify spells it. */
export interface Route extends Endpoint {
  readonly method: string;
  readonly path: string;
}

/** Operations whose HTTP form is written by hand, by name, or all of a service. */
const handWritten: Readonly<Record<string, Endpoint['read']>> = {
  data: readRows,
  agents: readRows,
  ReceiveStripeEvent: readWebhook,
  CreatePayment: readPayment,
  GrantAgentToken: readTokenRequest,
};

/**
 * Every operation that HTTP reaches, from the declarations.
 * @throws Error when an address is taken twice, or an operation says nobody how to reach it
 */
export function routesOf(operations: readonly Operation[]): Route[] {
  const taken = new Map<string, string>();
  return operations.flatMap((operation) => {
    const { http } = operation;
    if (!http) return [];
    const path = http.path.replace(/\{(\w+)\}/g, ':$1');
    const address = `${http.method} ${path.replace(/:\w+/g, ':')}`;
    const other = taken.get(address);
    if (other) throw new Error(`${operation.name} and ${other} are both at ${http.method} ${http.path}`);
    taken.set(address, operation.name);
    const read = http.custom ? (handWritten[operation.name] ?? handWritten[operation.service]) : readDerived;
    if (!read) throw new Error(`${operation.name} is declared as written by hand, but nothing reads its requests`);
    return [{ operation, read, method: http.method, path }];
  });
}

/** The methods that an address answers to, for a request whose own is not among them. */
export function allowedMethods(routes: readonly Route[], url: string): string[] {
  const path = url.split('?', 1)[0] ?? '';
  const matching = routes.filter((route) => new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path));
  return [...new Set(matching.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}
