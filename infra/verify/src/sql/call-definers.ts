import { newId } from '@tenantry/kernel';
import type { Service } from '@tenantry/service';
import { firstDifference } from '../http/lookalike.js';
import { Canary } from '../world/canary.js';
import type { Pair, Tenant } from '../world/tenant.js';
import { roleOf } from './catalogue.js';
import { definerRoutines, jobRolesOf, type DefinerRoutine } from './definer-routines.js';
import { Impersonation, type Called } from './impersonation.js';
import { argumentsFor, type Named } from './named-arguments.js';
import type { Session } from './session.js';
import { noteAttack, noteControl, PERMISSION_DENIED, type SqlRun } from './sql-run.js';

/** What every service may call besides its own. */
const SHARED = 'platform';
/** Only this service may take tenants' roles at all. */
const DATA = 'data';

/** What names any tenant because that is what it is for; and what it tells or does of them. */
const OF_ANY_TENANT: ReadonlyMap<string, string> = new Map([
  ['platform.assert_may_write(uuid,text)', 'is to be asked about any tenant: it tells its status, and nothing else'],
  ['platform.set_tenant_status(uuid,text,text,text,bigint)', 'is how the registry says who may write'],
]);

/** One of them, as somebody who may call it. */
interface Call {
  readonly run: SqlRun;
  readonly impersonation: Impersonation;
  readonly routine: DefinerRoutine;
  readonly login: string;
  /** The role that the login takes; null for its own rights. */
  readonly role: string | null;
}

/**
 * Calls everything that runs with its owner's rights: as each login, for one tenant and for none, naming what another one has. It must answer
 * as for what nobody has, with nothing of the other tenant, and nothing of the other may be different afterwards.
 */
export async function callDefiners(run: SqlRun, admin: Session): Promise<void> {
  await using impersonation = await Impersonation.open(run.instance.adminUrl);
  for (const service of run.instance.services.filter(({ migrations }) => migrations)) {
    run.progress(`functions as ${service.name}`);
    const login = `${service.name}_service`;
    const tenantRoles = service.name === DATA ? run.pairs.map(({ a }) => roleOf(a.id)) : [];
    const routines = await definerRoutines(admin, [login, ...(await jobRolesOf(admin, login)), ...tenantRoles]);
    await callForeign(run, impersonation, service, routines);
    const own = routines.filter(({ schema, signature }) => isOwn(service, schema) && !OF_ANY_TENANT.has(signature));
    for (const routine of own) await callOwn({ run, impersonation, routine, login }, tenantRoles);
  }
  const all = new Set((await definerRoutines(admin, [])).map(({ signature }) => signature));
  for (const [subject, reason] of OF_ANY_TENANT)
    if (all.has(subject)) run.findings.leaveOut({ section: 'sql', subject, reason });
}

/** As the login and as each role that it may take for it; as a tenant's, for that tenant. */
async function callOwn(call: Omit<Call, 'role'>, tenantRoles: readonly string[]): Promise<void> {
  for (const caller of call.routine.callers) {
    const role = caller === call.login ? null : caller;
    const pairs = call.run.pairs.filter(({ a }) => !tenantRoles.includes(caller) || caller === roleOf(a.id));
    for (const pair of pairs) await callAcross({ ...call, role }, pair);
  }
}

function isOwn({ name }: Service, schema: string): boolean {
  return schema === name || schema === SHARED;
}

/** What is another service's, or nobody's in particular: none of it may be called at all. */
async function callForeign(
  run: SqlRun,
  impersonation: Impersonation,
  service: Service,
  routines: readonly DefinerRoutine[],
): Promise<void> {
  const foreign = routines.filter(({ schema }) => !isOwn(service, schema));
  if (foreign.length === 0) return; // there are none but its own
  const subject = `${service.name}_service`;
  const [pair] = run.pairs as [Pair];
  const open: string[] = [];
  for (const routine of foreign) {
    const [{ text, values }] = callsOf(routine, namedOf(run, pair, 'b')) as [Statement];
    const guise = { login: subject, role: null, tenantId: pair.a.id };
    const { refused } = await impersonation.call(text, values, guise, []);
    if (!refused?.startsWith(PERMISSION_DENIED)) open.push(`${routine.signature}: ${refused ?? 'done'}`);
  }
  const seen = open.join('; ') || `permission denied, ${foreign.length} times`;
  const outcome = { subject, attack: "others' functions that run with their owner's rights", seen };
  noteAttack(run, { ...outcome, held: open.length === 0, expected: 'permission denied' });
}

async function callAcross(call: Call, pair: Pair): Promise<void> {
  const { run, routine, login, role } = call;
  const { mode, a, b } = pair;
  const subject = role === null ? login : `${login} as ${role}`;
  const own = await answers(call, pair, namedOf(run, pair, 'a'), a.id);
  const refusals = own.flatMap(({ called }) => called.refused ?? []);
  const control = {
    subject,
    attack: `control: ${routine.signature} with own ids (${mode})`,
    held: refusals.length < own.length,
  };
  const seen = `${own.length - refusals.length} of ${own.length} calls${refusals.length > 0 ? `; ${refusals[0]}` : ''}`;
  noteControl(run, { ...control, expected: 'a call that succeeds', seen });
  for (const [attack, tenantId] of [
    ["with another tenant's ids", a.id],
    ["without a tenant, with a tenant's ids", null],
  ] as const) {
    const expected = await answers(call, pair, nobodys(), tenantId);
    const given = await answers(call, pair, namedOf(run, pair, 'b'), tenantId);
    const wrong = given.map((one, index) => wrongWith(one, expected[index]!, b)).find((found) => found !== null);
    noteAttack(run, {
      ...{ subject, attack: `${routine.signature} ${attack} (${mode})`, held: wrong === undefined },
      expected: 'as for ids that nobody has; nothing of the other tenant told or changed',
      seen: wrong ?? `so, by ${given.length} calls`,
    });
  }
}

interface CallAnswer {
  readonly called: Called;
  /** What was told, without what was named. */
  readonly face: string;
}

async function answers(
  { impersonation, routine, login, role }: Call,
  { b }: Pair,
  named: Named,
  tenantId: string | null,
): Promise<CallAnswer[]> {
  const given: CallAnswer[] = [];
  for (const { text, values } of callsOf(routine, named)) {
    const called = await impersonation.call(text, values, { login, role, tenantId }, [b.id]);
    given.push({ called, face: faceOf(called, named) });
  }
  return given;
}

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

function callsOf({ name, signature, isProcedure, argumentTypes }: DefinerRoutine, named: Named): Statement[] {
  const calls = argumentsFor(argumentTypes, named);
  if (!calls) throw new Error(`Nobody knows what to say to ${signature}; add its types to named-arguments.ts`);
  const places = argumentTypes.map((type, index) => `$${index + 1}::${type}`).join(', ');
  const text = isProcedure ? `call ${name}(${places})` : `select to_json(r) as result from ${name}(${places}) as r`;
  return calls.map((values) => ({ text, values }));
}

function faceOf({ rows, refused }: Called, named: Named): string {
  const text = [refused ?? 'done', ...rows.map((row) => JSON.stringify(row))].join('\n');
  return Object.entries(named).reduce((rest, [name, value]) => rest.replaceAll(value, `‹${name}›`), text);
}

function wrongWith({ called, face }: CallAnswer, expected: CallAnswer, { canary }: Tenant): string | null {
  if (called.changed.length > 0) return `changed ${called.changed.join(', ')}`;
  if (canary.valueTexts.some((text) => face.includes(text))) return 'values of the other tenant';
  return face === expected.face ? null : firstDifference(face, expected.face);
}

function namedOf({ productRows }: SqlRun, pair: Pair, whose: 'a' | 'b'): Named {
  const tenant = pair[whose];
  const { row } = productRows.get(tenant)!;
  return { tenantId: tenant.id, schema: roleOf(tenant.id), table: pair.tables[whose], row };
}

function nobodys(): Named {
  const tenantId = newId();
  return { tenantId, schema: roleOf(tenantId), table: new Canary().name(), row: newId() };
}
