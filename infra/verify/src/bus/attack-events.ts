import { setTimeout as pause } from 'node:timers/promises';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { newId } from '@tenantry/kernel';
import type { Bus } from '@tenantry/messaging';
import pg from 'pg';
import type { Pair, Tenant } from '../world/tenant.js';
import type { BusRun } from './attack-bus.js';

/** Whose login is stolen; every event, of whatever name, goes into the audit log of its tenant. */
const THIEF = 'identity';
const PATIENCE_MS = 15_000;
const ASK_EVERY_MS = 100;

/** An event as its publisher would send it, but for what it lies about. */
interface Lie {
  readonly attack: string;
  /** Whose the meta says that it is. */
  readonly says: Tenant;
  readonly source: string;
}

/** What became of an event: the tenants that have it in their log, and whether it was put aside. */
interface Fate {
  readonly logged: readonly string[];
  readonly isPutAside: boolean;
}

/**
 * Publishes, under a service's login, events whose meta or source say something else than their subject: they must be put aside, and be
 * in nobody's log. What they leave with the services is taken away again.
 */
export async function attackEvents(run: BusRun): Promise<void> {
  const thief = run.instance.services.find(({ name }) => name === THIEF)!;
  await using stack = new AsyncDisposableStack();
  const bus = await run.instance.bus(thief);
  stack.defer(() => bus.drain());
  const database = new pg.Client({ connectionString: run.instance.adminUrl });
  await database.connect();
  stack.defer(() => database.end());
  const [pair] = run.world.pairs;
  await tryLies({ ...run, bus, database }, pair!);
}

interface EventRun extends BusRun {
  readonly bus: Bus;
  readonly database: pg.Client;
}

async function tryLies(run: EventRun, { a, b }: Pair): Promise<void> {
  const truth = await tell(run, a, { attack: '', says: a, source: THIEF });
  const control = { subject: 'events', attack: 'control: a true event of its own tenant' };
  const isLogged = truth.logged.length === 1 && truth.logged[0] === a.id;
  run.findings.record({ section: 'controls', ...control, held: isLogged, ...seenOf(truth, 'in its log') });
  const lies: readonly Lie[] = [
    { attack: 'an event whose meta names another tenant', says: b, source: THIEF },
    { attack: "an event in another service's name", says: a, source: 'billing' },
  ];
  for (const lie of lies) {
    const fate = await tell(run, a, lie);
    const held = fate.isPutAside && fate.logged.length === 0;
    run.findings.record({ section: 'bus', subject: 'events', attack: lie.attack, held, ...seenOf(fate, 'put aside') });
  }
}

function seenOf({ logged, isPutAside }: Fate, expected: string): { expected: string; seen: string } {
  if (logged.length > 0) return { expected, seen: `in the log of ${logged.join(', ')}` };
  return { expected, seen: isPutAside ? 'put aside' : 'nowhere' };
}

/** Publishes an event, and waits for what becomes of it. */
async function tell(run: EventRun, of: Tenant, lie: Lie): Promise<Fate> {
  const id = newId();
  const subject = `events.${of.id}.${THIEF}.VerifyProbe`;
  await run.bus.jetstream.publish(subject, '{"data":{}}', { headers: headersOf(id, lie) });
  const deadlineMs = performance.now() + PATIENCE_MS;
  let fate = await fateOf(run.database, id);
  while (fate.logged.length === 0 && !fate.isPutAside && performance.now() < deadlineMs) {
    await pause(ASK_EVERY_MS);
    fate = await fateOf(run.database, id);
  }
  await forget(run, id);
  return fate;
}

/** What was put aside is nothing that an operator need look at. */
async function forget({ database, instance }: EventRun, id: string): Promise<void> {
  for (const { name } of instance.services.filter(({ migrations }) => migrations))
    await database.query(`delete from ${pg.escapeIdentifier(name)}.failed_event where event_id = $1`, [id]);
}

async function fateOf(database: pg.Client, eventId: string): Promise<Fate> {
  const { rows } = await database.query<{ logged: string[]; isPutAside: boolean }>(
    `select array(select distinct tenant_id::text from audit.entry where event_id = $1) as logged,
       exists (select from audit.failed_event where event_id = $1) as "isPutAside"`,
    [eventId],
  );
  return rows[0]!;
}

function headersOf(id: string, { says, source }: Lie): MsgHdrs {
  const actor = { kind: 'user', id: says.person.userId, role: 'owner' };
  const nobody = { onBehalfOf: null, requestId: null, clientIp: null, userAgent: null, credentialId: null };
  const meta = { tenantId: says.id, actor, ...nobody, action: 'verify.probed', operation: null };
  const made = headers();
  made.set('ce-id', id);
  made.set('ce-source', `/services/${source}`);
  made.set('ce-time', new Date().toISOString());
  made.set('Tenantry-Event', JSON.stringify({ ...meta, platformActor: false, version: 1 }));
  return made;
}
