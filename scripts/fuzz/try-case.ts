import type { Operation } from '@tenantry/contracts';
import type { Case } from './case.js';
import { requestOf } from './case.js';
import type { Client } from './client.js';
import type { RawAnswer, RawRequest } from './http.js';
import { Broken, checkAgain, checkAnswer } from './properties.js';
import { supply } from './supplies.js';
import type { World } from './world.js';

/** Sends a case twice and checks both answers. @returns the first @throws Broken */
export async function tryCase(world: World, operation: Operation, one: Case): Promise<RawAnswer> {
  const caller = callerOf(world, operation);
  const request = requestOf(one, await supply(world, one, caller ?? world.a.owner));
  const send = async (): Promise<RawAnswer> => {
    const { sent, answer } = await sendAs(world, caller, request);
    checkAnswer(operation, one, sent, answer, world);
    return answer;
  };
  const [first, second] = [await send(), await send()];
  checkAgain(one, first, second);
  if (isReplay(operation, one) && first.status < 300) checkReplay(first, second);
  return first;
}

/** Whose operation it is: the platform's, a tenant's, a person's own, or nobody's. */
function callerOf(world: World, { scope }: Operation): Client | null {
  switch (scope) {
    case 'platform':
      return world.staff;
    case 'tenant':
      return world.a.owner;
    case 'self':
      return world.person();
    default:
      return null;
  }
}

/** Signs in again when the session is over: some operations end it. */
async function sendAs(
  world: World,
  caller: Client | null,
  request: RawRequest,
): Promise<{ sent: RawRequest; answer: RawAnswer }> {
  const hasOwn = 'authorization' in request.headers || 'apikey' in request.headers;
  if (caller === null || hasOwn) return { sent: request, answer: await world.wire.send(request) };
  const signed = async (): Promise<RawRequest> => ({
    ...request,
    headers: { ...request.headers, ...(await caller.credential()) },
  });
  const sent = await signed();
  const answer = await world.wire.send(sent);
  if (answer.status !== 401) return { sent, answer };
  await world.restore(caller);
  const again = await signed().catch(() => sent);
  return { sent: again, answer: await world.wire.send(again) };
}

const isReplay = (operation: Operation, { kind, headers }: Case): boolean =>
  operation.idempotent && kind === 'valid' && 'idempotency-key' in headers;

function checkReplay(first: RawAnswer, second: RawAnswer): void {
  if (first.status !== second.status || first.text !== second.text)
    throw new Broken(
      `the same Idempotency-Key answered ${first.status} ${first.text}, then ${second.status} ${second.text}`,
    );
}
