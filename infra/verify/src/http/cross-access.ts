import type { Caller } from '../client/caller.js';
import { json, type Answer, type Client, type Request } from '../client/client.js';
import { untilAllowed } from '../world/credentials.js';
import type { Person, Tenant } from '../world/tenant.js';
import type { Workshop } from '../world/workshop.js';
import type { HttpRun } from './attack-http.js';

/** What a table's access declarations let somebody do, as the contract says; written down here anew, not computed. */
interface May {
  readonly see: 'all' | 'own' | 'none';
  /** The column that is about a person. */
  readonly seeRemark: boolean;
  readonly write: boolean;
}

const EVERYTHING: May = { see: 'all', seeRemark: true, write: true };
const NOTHING: May = { see: 'none', seeRemark: false, write: false };

/** Whom the rules name; owner, admin, compliance and secret keys are named by none and keep their default. */
const ACCESS = [
  { to: ['manager'], actions: [] },
  { to: ['staff', 'public_key'], actions: ['select'], columns: ['id', 'note'] },
  { to: ['customer'], actions: ['select'], rows: 'own' },
];
const ROLES: Readonly<Record<string, May>> = {
  admin: EVERYTHING,
  manager: NOTHING,
  staff: { see: 'all', seeRemark: false, write: false },
  compliance: { see: 'all', seeRemark: true, write: false },
  customer: { see: 'own', seeRemark: true, write: false },
};

interface Stage {
  readonly run: HttpRun;
  readonly mode: string;
  readonly tenant: Tenant;
  readonly table: string;
  /** Somebody's own row, and one that is nobody's. */
  readonly rows: { readonly own: string; readonly other: string };
}

/** Every role and kind of key at a table that declares who may do what with its rows and columns. */
export async function crossAccess(run: HttpRun): Promise<void> {
  if (!run.only.test('ReadRows')) return;
  const { person } = await run.workshop.tenant('pool');
  for (const { mode, a, credentials } of run.world.pairs) {
    const stage = await prepare(run, mode, a, person);
    for (const [role, may] of Object.entries(ROLES)) {
      await tryAs(stage, role, await memberAs(run.workshop, a, person, role), may);
    }
    await tryAs(stage, 'owner', a.owner, EVERYTHING);
    await tryAs(stage, 'secret key', credentials.fullKey, EVERYTHING);
    await tryAs(stage, 'public key', credentials.publicKey, ROLES['staff']!);
    await run.workshop.removeMember(a, person);
  }
}

async function prepare(run: HttpRun, mode: string, tenant: Tenant, person: Person): Promise<Stage> {
  const table = tenant.canary.name();
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'note', type: 'text', classification: 'internal' },
    { name: 'remark', type: 'text', classification: 'personal' },
    { name: 'owned_by', type: 'uuid' },
  ];
  const { client } = run;
  const declared = { name: table, columns, ownerColumn: 'owned_by', access: ACCESS };
  await client.must(tenant.owner, json('POST', '/v1/tables', declared));
  const add = async (owned: object): Promise<string> => {
    const row = { note: tenant.canary.word(), remark: tenant.canary.classified(), ...owned };
    const [made] = await client.must<{ id: string }[]>(tenant.owner, returning('POST', `/rest/v1/${table}`, row));
    return made!.id;
  };
  const rows = { own: await add({ owned_by: person.userId }), other: await add({}) };
  return { run, mode, tenant, table, rows };
}

/** Gives the one person another role, and waits until the gateway knows. */
async function memberAs(workshop: Workshop, tenant: Tenant, person: Person, role: string): Promise<Caller> {
  await workshop.removeMember(tenant, person);
  await workshop.addMember(tenant, person, role);
  const caller = await workshop.session(person, tenant);
  await untilAllowed(workshop, caller, json('GET', '/v1/me'));
  return caller;
}

async function tryAs(stage: Stage, who: string, caller: Caller, may: May): Promise<void> {
  const { table, rows, tenant, run } = stage;
  const path = `/rest/v1/${table}`;
  const shown = (columns: string, id: string) =>
    seen(run.client, caller, json('GET', `${path}?select=${columns}&id=eq.${id}`));
  const changed = (id: string) =>
    seen(run.client, caller, returning('PATCH', `${path}?select=id&id=eq.${id}`, { note: tenant.canary.word() }));
  const tries: readonly (readonly [attack: string, outcome: Seen, isAllowed: boolean])[] = [
    ["reading somebody else's row", await shown('id,note', rows.other), may.see === 'all'],
    ["reading one's own row", await shown('id,note', rows.own), may.see !== 'none'],
    ['reading the column about a person', await shown('remark', rows.own), may.seeRemark],
    ['changing a row', await changed(rows.other), may.write],
    [
      'adding a row',
      await seen(run.client, caller, returning('POST', `${path}?select=id`, { note: tenant.canary.word() })),
      may.write,
    ],
    ['removing a row', await removed(stage, caller), may.write],
  ];
  for (const [attack, outcome, isAllowed] of tries) record(stage, { who, attack, outcome, isAllowed });
}

/** Of a row made for it. */
async function removed({ run: { client }, tenant, table }: Stage, caller: Caller): Promise<Seen> {
  const path = `/rest/v1/${table}`;
  const [made] = await client.must<{ id: string }[]>(
    tenant.owner,
    returning('POST', path, { note: tenant.canary.word() }),
  );
  return seen(client, caller, returning('DELETE', `${path}?select=id&id=eq.${made!.id}`));
}

interface Seen extends Answer {
  /** Whether it gave or touched a row. */
  readonly hasRows: boolean;
}

async function seen(client: Client, caller: Caller, request: Request): Promise<Seen> {
  const answer = await client.send(caller, request);
  return { ...answer, hasRows: answer.status < 300 && answer.text !== '[]' };
}

function record(
  { run, mode }: Stage,
  { who, attack, outcome, isAllowed }: { who: string; attack: string; outcome: Seen; isAllowed: boolean },
): void {
  run.findings.record({
    section: isAllowed ? 'controls' : 'http',
    subject: `access declarations (${mode})`,
    attack: `${isAllowed ? 'control: ' : ''}${attack}, as ${who}`,
    held: outcome.hasRows === isAllowed && outcome.status < 500,
    expected: isAllowed ? 'a row' : 'no row',
    seen: `${outcome.status} ${outcome.hasRows === isAllowed ? '' : outcome.text.slice(0, 200)}`.trim(),
  });
}

function returning(method: string, path: string, body?: unknown): Request {
  return { ...json(method, path, body), headers: { prefer: 'return=representation' } };
}
