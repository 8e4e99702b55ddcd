import { newId } from '@tenantry/kernel';
import type { Caller } from '../client/caller.js';
import { json, type Answer } from '../client/client.js';
import { fillTables, type RowIds, type TableNames } from '../inputs/tables.js';
import type { Pair } from '../world/tenant.js';
import type { HttpRun } from './attack-http.js';
import { faceOf, firstDifference } from './lookalike.js';
import { rowProbes, type Named, type RowProbe } from './row-probes.js';

const STOLEN = 'stolen';
/** Any of these, and rows are what is attacked. */
const OF_ROWS = ['ReadRows', 'InsertRows', 'UpdateRows', 'DeleteRows', 'ImportRows'];

/** Attacks rows that lie in the same table as the attacker's own. */
export async function crossRows(run: HttpRun, productTables: TableNames): Promise<void> {
  if (!OF_ROWS.some((name) => run.only.test(name))) return;
  for (const pair of run.world.pairs) {
    const own = await fillTables(run.client, pair.a, productTables);
    const other = await fillTables(run.client, pair.b, productTables);
    const before = await rowsOf(run, pair.b.owner, other);
    for (const probe of rowProbes) await tryProbe(run, pair, probe, { own, other });
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
  { attack, request, control }: RowProbe,
  { own, other }: { own: RowIds; other: RowIds },
): Promise<void> {
  const face = async (named: Named): Promise<string> => {
    const answer = await client.send(a.owner, request(own, named));
    return faceOf(answer, { ...named }).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '‹id›');
  };
  const mine: Named = { ...own, tenantId: a.id, schema: schemaOf(a.id) };
  const { status, text } = await client.send(a.owner, request(own, mine));
  const subject = `rows (${mode})`;
  findings.record({
    ...{ section: 'controls', subject, attack: `control: ${attack.replace('its', 'own')}` },
    ...{ held: control.includes(status), expected: control.join(' or '), seen: `${status} ${text.slice(0, 200)}` },
  });
  const nobodys = newId();
  const expected = await face({ row: newId(), parentRow: newId(), tenantId: nobodys, schema: schemaOf(nobodys) });
  const seen = await face({ row: other.row, parentRow: other.parentRow, tenantId: b.id, schema: schemaOf(b.id) });
  findings.record({
    section: 'http',
    subject,
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
