import type { Operation } from '@tenantry/contracts';
import { isUuid } from '@tenantry/kernel';
import type { Answer, Client } from '../client/client.js';
import { randomIds, type Form, type Ids } from '../inputs/form.js';
import type { Findings } from '../report/outcome.js';
import type { Pair, World } from '../world/tenant.js';
import { cases } from './cases.js';
import { alwaysLate } from './always-late.js';
import { faceOf, firstDifference } from './lookalike.js';
import { whyUncontrolled } from './uncontrolled.js';

/** One operation under attack: as its own tenant's request, and as the same of the other tenant. */
export interface Target {
  readonly operation: Operation;
  readonly world: World;
  readonly pair: Pair;
  readonly client: Client;
  readonly findings: Findings;
  /** Whether the instance's mails can be read. */
  readonly hasMails: boolean;
  /** Prepares the request of the attacker's tenant and of the other; anew when requests are used up by being made. */
  readonly prepare: () => Promise<{ readonly own: Form; readonly other: Form }>;
  readonly subject: string;
}

/** Tries every case, and last what must succeed: for the attacker on their own, and for the other on what was attacked. */
export async function attackOperation(target: Target): Promise<void> {
  await tryCallers(target);
  await tryOtherIds(target);
  await tryControls(target);
}

async function tryCallers({ operation, world, pair, client, findings, prepare, subject }: Target): Promise<void> {
  for (const { attack, caller, holds, code } of cases) {
    const statuses = holds(operation);
    const who = statuses && caller(world, pair, operation);
    if (!statuses || !who) continue;
    const { own } = await prepare();
    const { status, text } = await client.send(who, own.request(own.ids));
    const held = statuses.includes(status) && (code === undefined || text.includes(`"code":"${code}"`));
    const seen = held ? String(status) : `${status} ${text.slice(0, 300)}`;
    findings.record({ section: 'http', subject, attack, held, expected: code ?? statuses.join(' or '), seen });
  }
}

/** The other tenant's ids, and ids of another kind, must look like ids that nobody has. */
async function tryOtherIds(target: Target): Promise<void> {
  const { own, other } = await target.prepare();
  const foreign = foreignIds(own, other);
  if (!foreign) return;
  await compare(target, "other tenant's id", foreign, randomIds(foreign));
  const uuids = Object.keys(foreign).filter((name) => isUuid(String(own.ids[name])));
  if (uuids.length === 0) return;
  const { a } = target.pair;
  const kinds = Object.fromEntries(uuids.map((name) => [name, own.ids[name] === a.id ? a.person.userId : a.id]));
  await compare(target, "another kind's id", kinds, randomIds(kinds));
}

async function compare(target: Target, attack: string, wrong: Ids, random: Ids): Promise<void> {
  const { findings, subject } = target;
  const [expected, seen] = [await look(target, random), await look(target, wrong)];
  const isAlike = seen.face === expected.face;
  const lateMs = isAlike
    ? await alwaysLate(seen.tookMs - expected.tookMs, () => lateness(target, wrong, random))
    : null;
  const alike = lateMs === null ? 'the same' : `the same, ${Math.round(lateMs)} ms later, each time`;
  findings.record({
    section: 'http',
    subject,
    attack,
    held: isAlike && lateMs === null,
    expected: `as for a random id: ${expected.face.split('\n', 1)[0]}`,
    seen: isAlike ? alike : firstDifference(seen.face, expected.face),
  });
}

interface Look {
  readonly face: string;
  readonly tookMs: number;
}

async function look({ prepare, client }: Target, changes: Ids): Promise<Look> {
  const { own } = await prepare();
  const ids = { ...own.ids, ...changes };
  const beganMs = performance.now();
  const answer = await client.send(own.caller, own.request(ids));
  return { face: faceOf(answer, ids), tookMs: performance.now() - beganMs };
}

/** How much later the one is answered than the other; negative when sooner. */
async function lateness(target: Target, wrong: Ids, random: Ids): Promise<number> {
  const { tookMs } = await look(target, random);
  return (await look(target, wrong)).tookMs - tookMs;
}

async function tryControls(target: Target): Promise<void> {
  const { operation, findings, subject } = target;
  const reason = whyUncontrolled(operation.name, target.hasMails);
  if (reason) return findings.leaveOut({ section: 'controls', subject, reason });
  const { own, other } = await target.prepare();
  const controls: [string, Form][] = [['control: its own', own]];
  if (other !== own) controls.push(["control: the other tenant's own, after the attacks", other]);
  for (const [attack, form] of controls) {
    const answer = await target.client.send(form.caller, form.request(form.ids));
    const held = answer.status < 300 && form.proves(answer);
    findings.record({ section: 'controls', subject, attack, held, expected: 'success', seen: shown(answer, held) });
  }
}

function shown({ status, text }: Answer, held: boolean): string {
  return held ? String(status) : `${status} ${text.slice(0, 300)}`;
}

/** What the other tenant's request names and the own one does not; null when they name the same. */
export function foreignIds(own: Form, other: Form): Ids | null {
  const differing = Object.entries(other.ids).filter(([name, id]) => own.ids[name] !== id);
  return differing.length === 0 ? null : Object.fromEntries(differing);
}
