import { newId } from '@tenantry/kernel';
import type { Caller } from '../client/caller.js';
import { json, type Answer, type Request } from '../client/client.js';
import { fillTables, type RowIds, type TableNames } from '../inputs/tables.js';
import type { Pair } from '../world/tenant.js';
import type { HttpRun } from './attack-http.js';
import { faceOf, firstDifference } from './lookalike.js';

/** Ids that a probe names: the other tenant's, or ones that nobody has. */
interface Named {
  readonly row: string;
  readonly parentRow: string;
  readonly tenantId: string;
  readonly schema: string;
}

type Probe = readonly [attack: string, request: (table: RowIds, named: Named) => Request];

const RETURN = { prefer: 'return=representation' };
const UPSERT = { prefer: 'resolution=merge-duplicates,return=representation' };
const STOLEN = 'stolen';

/** Ways by which a query could reach rows of another tenant in a table that both have. */
const probes: readonly Probe[] = [
  ['a filter on tenant_id', ({ name }, { tenantId }) => json('GET', `/rest/v1/${name}?tenant_id=eq.${tenantId}`)],
  [
    'its row among own ones',
    ({ name, row: own }, { row }) => json('GET', `/rest/v1/${name}?select=id&or=(id.eq.${row},id.eq.${own})`),
  ],
  [
    'an embedded table, filtered',
    ({ name, parent }, { parentRow }) =>
      json('GET', `/rest/v1/${name}?select=id,${parent}!inner(id,note)&${parent}.id=eq.${parentRow}`),
  ],
  [
    'an embedded table, from the other side',
    ({ name, parent }, { row }) =>
      json('GET', `/rest/v1/${parent}?select=id,${name}!inner(id,note)&${name}.id=eq.${row}`),
  ],
  [
    'its row, counted',
    ({ name }, { row }) => ({ ...json('HEAD', `/rest/v1/${name}?id=eq.${row}`), headers: { prefer: 'count=exact' } }),
  ],
  [
    'its schema as the profile',
    ({ name }, { schema }) => ({
      ...json('GET', `/rest/v1/${name}?limit=1&select=id`),
      headers: { 'accept-profile': schema },
    }),
  ],
  [
    'its tenant_id on a new row',
    ({ name }, { tenantId }) => ({
      ...json('POST', `/rest/v1/${name}`, { tenant_id: tenantId, note: STOLEN }),
      headers: RETURN,
    }),
  ],
  [
    'its tenant_id on an own row',
    ({ name, row }, { tenantId }) => ({
      ...json('PATCH', `/rest/v1/${name}?id=eq.${row}`, { tenant_id: tenantId }),
      headers: RETURN,
    }),
  ],
  [
    'a reference to its row',
    ({ name, row }, { parentRow }) => ({
      ...json('PATCH', `/rest/v1/${name}?id=eq.${row}`, { parent_id: parentRow }),
      headers: RETURN,
    }),
  ],
  [
    "its row's key on a new row",
    ({ name }, { row }) => ({ ...json('POST', `/rest/v1/${name}`, { id: row, note: STOLEN }), headers: RETURN }),
  ],
  // Of the other table: in this one the attacker has a row of that key by now.
  [
    "an upsert of its row's key",
    ({ parent }, { parentRow }) => ({
      ...json('POST', `/rest/v1/${parent}`, { id: parentRow, note: STOLEN }),
      headers: UPSERT,
    }),
  ],
];

/** Attacks rows that lie in the same table as the attacker's own. */
export async function crossRows(run: HttpRun, productTables: TableNames): Promise<void> {
  for (const pair of run.world.pairs) {
    const own = await fillTables(run.client, pair.a, productTables);
    const other = await fillTables(run.client, pair.b, productTables);
    const before = await rowsOf(run, pair.b.owner, other);
    for (const probe of probes) await tryProbe(run, pair, probe, { own, other });
    await wipe(run, pair, own);
    const after = await rowsOf(run, pair.b.owner, other);
    run.findings.record({
      section: 'http',
      subject: `rows (${pair.mode})`,
      attack: "the other tenant's rows after all of it",
      held: before.status === 200 && before.text.includes(pair.b.canary.text) && after.text === before.text,
      expected: 'as they were',
      seen: after.text === before.text ? 'as they were' : firstDifference(after.text, before.text),
    });
  }
}

const rowsOf = ({ client }: HttpRun, owner: Caller, { name, parent, row }: RowIds): Promise<Answer> =>
  client.send(owner, json('GET', `/rest/v1/${name}?select=*,${parent}(*)&id=eq.${row}`));

async function tryProbe(
  { client, findings }: HttpRun,
  { mode, a, b }: Pair,
  [attack, request]: Probe,
  { own, other }: { own: RowIds; other: RowIds },
): Promise<void> {
  const face = async (named: Named): Promise<string> => {
    const answer = await client.send(a.owner, request(own, named));
    return faceOf(answer, { ...named }).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '‹id›');
  };
  const nobodys = newId();
  const expected = await face({ row: newId(), parentRow: newId(), tenantId: nobodys, schema: schemaOf(nobodys) });
  const seen = await face({ row: other.row, parentRow: other.parentRow, tenantId: b.id, schema: schemaOf(b.id) });
  findings.record({
    section: 'http',
    subject: `rows (${mode})`,
    attack,
    held: seen === expected,
    expected: `as for ids that nobody has: ${expected.split('\n', 1)[0]}`,
    seen: seen === expected ? 'the same' : firstDifference(seen, expected),
  });
}

/** Changes and removes every row that the attacker can reach. */
async function wipe({ client, findings }: HttpRun, { mode, a }: Pair, { name }: RowIds): Promise<void> {
  for (const [attack, request] of [
    ['control: changing every row', json('PATCH', `/rest/v1/${name}?id=not.is.null`, { note: STOLEN })],
    ['control: removing every row', json('DELETE', `/rest/v1/${name}?id=not.is.null`)],
  ] as const) {
    const { status } = await client.send(a.owner, request);
    const outcome = { subject: `rows (${mode})`, attack, expected: 'success', seen: String(status) };
    findings.record({ section: 'controls', held: status < 300, ...outcome });
  }
}

/** The name that a tenant's schema and database role share. */
function schemaOf(tenantId: string): string {
  return `t_${tenantId.replaceAll('-', '')}`;
}
