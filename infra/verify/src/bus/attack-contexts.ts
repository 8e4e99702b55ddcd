import { headers } from '@nats-io/transport-node';
import { operations, type Operation } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { answerSubject, GATEWAY, printRequestFacts, type Bus } from '@tenantry/messaging';
import { decodeJwt } from 'jose';
import type { Pair } from '../world/tenant.js';
import type { BusRun } from './attack-bus.js';
import { ContextForge, type Claims } from './contexts.js';

const TIMEOUT_MS = 10_000;
const UNAUTHENTICATED = ['unauthenticated'];

/** A context, and the reasons for which an operation must refuse it; null where it may be accepted. */
interface ContextCase {
  readonly attack: string;
  readonly sign: (service: string) => Promise<string>;
  readonly refused: (operation: Operation) => readonly string[] | null;
}

function claimsOf({ mode, a }: Pair, changes: Partial<Claims> = {}): Claims {
  const act = { k: 'user', i: a.person.userId, r: 'owner' };
  return { ten: a.id, cell: 'home', mode, act, pur: 'request', per: ['*'], ...changes };
}

async function contextCases(forge: ContextForge, run: BusRun, pair: Pair): Promise<ContextCase[]> {
  const { world, instance, client } = run;
  const own = claimsOf(pair);
  const suspended = { ...own, ten: world.suspended.owner.sees[0]! };
  const { token } = await client.sessions.current(pair.credentials.revokedSession);
  const revoked = { ...own, cid: String(decodeJwt(token!)['sid']) };
  const another = (service: string): string => instance.services.find(({ name }) => name !== service)!.name;
  const always = (): readonly string[] => UNAUTHENTICATED;
  return [
    { attack: 'no context', sign: () => Promise.resolve(''), refused: always },
    {
      attack: 'a forged context',
      sign: (service) => forge.sign(own, service, { key: ContextForge.ownKey() }),
      refused: always,
    },
    { attack: 'an expired context', sign: (service) => forge.sign(own, service, { expiresInS: -60 }), refused: always },
    {
      attack: "another service's context",
      sign: (service) => forge.sign(own, service, { audience: another(service) }),
      refused: always,
    },
    { attack: 'an unknown key', sign: (service) => forge.sign(own, service, { keyId: 'unknown' }), refused: always },
    { attack: 'an edited context', sign: (service) => forge.edit(own, service, { ten: pair.b.id }), refused: always },
    {
      attack: 'a context of a revoked session',
      sign: (service) => forge.sign(revoked, service),
      refused: ({ http }) => (http === null ? null : UNAUTHENTICATED), // the others are no business of the gateway's
    },
    {
      attack: 'a context that another service signed',
      sign: (service) => forge.sign(own, service, { issuer: 'audit' }),
      refused: () => ['forbidden'],
    },
    {
      attack: 'a context without the permission',
      sign: (service) => forge.sign({ ...own, per: [] }, service),
      refused: ({ permission }) => (permission === null ? null : ['forbidden']),
    },
    {
      attack: "a tenant's context for the platform's operation",
      sign: (service) => forge.sign(own, service),
      refused: ({ scope }) => (scope === 'platform' ? ['forbidden'] : null),
    },
    {
      attack: "a suspended tenant's context",
      sign: (service) => forge.sign(suspended, service),
      refused: ({ http, whenSuspended }) => (http === null || whenSuspended ? null : ['tenant-suspended']),
    },
  ];
}

/** Asks every operation, straight on the bus, with contexts that do not prove what they say. */
export async function attackContexts(run: BusRun): Promise<void> {
  const forge = new ContextForge(run.instance);
  const cases = await contextCases(forge, run, run.world.pairs[0]!);
  for (const service of run.instance.services) {
    const asked = operations.filter((operation) => askerOf(operation) === service.name);
    if (asked.length === 0) continue;
    const bus = await run.instance.bus(service);
    for (const operation of asked) await tryContexts(run, bus, operation, cases);
    if (service.name === GATEWAY) await tryControls(run, bus, forge);
    await bus.drain();
  }
}

/** Under whose login an operation can be asked at all. */
function askerOf({ http, callers }: Operation): string | undefined {
  return http === null ? callers[0] : GATEWAY;
}

async function tryContexts(run: BusRun, bus: Bus, operation: Operation, cases: readonly ContextCase[]): Promise<void> {
  run.progress(operation.name);
  for (const { attack, sign, refused } of cases) {
    const reasons = refused(operation);
    if (!reasons) continue;
    const seen = await ask(bus, operation, await sign(operation.service));
    const outcome = { subject: operation.name, attack, expected: reasons.join(' or '), seen };
    run.findings.record({ section: 'bus', held: reasons.includes(seen), ...outcome });
  }
}

/** A true context is answered, by every service that has something to ask without naming a thing. */
async function tryControls({ instance, world, findings }: BusRun, bus: Bus, forge: ContextForge): Promise<void> {
  for (const { name } of instance.services.filter(({ migrations }) => migrations)) {
    const question = operations.find(
      ({ service, scope, http, input }) =>
        service === name &&
        scope === 'tenant' &&
        http?.method === 'GET' &&
        !input.fields.some(({ required }) => required),
    );
    if (!question) continue;
    const seen = await ask(bus, question, await forge.sign(claimsOf(world.pairs[0]!), name));
    const outcome = { subject: question.name, attack: 'control: a true context', expected: 'answered', seen };
    findings.record({ section: 'controls', held: seen === 'answered', ...outcome });
  }
}

/** What a service says to a context: `answered`, or the reason of its refusal. */
async function ask(bus: Bus, { subject, service }: Operation, context: string): Promise<string> {
  const named = headers();
  named.set('Tenantry-Context', context);
  const deadlineAtMs = Date.now() + TIMEOUT_MS;
  const facts = { id: newId(), clientIp: null, userAgent: null, deadlineAtMs, traceparent: null };
  named.set('Tenantry-Request', printRequestFacts(facts));
  const reply = answerSubject(bus.service, newId(), service, 'attack');
  const asking = bus.connection.request(subject, '{}', { headers: named, timeout: TIMEOUT_MS, noMux: true, reply });
  const answer = await asking.catch((error: Error) => error);
  if (answer instanceof Error) return `no answer: ${answer.message}`;
  if (!answer.headers?.get('Tenantry-Fault')) return 'answered';
  return (JSON.parse(answer.string()) as { reason: string }).reason;
}
