import { newId } from '@tenantry/kernel';
import type { RowIds } from '../inputs/tables.js';
import type { Findings } from '../report/outcome.js';
import type { Pair } from '../world/tenant.js';
import { roleOf } from './catalogue.js';
import type { Session } from './session.js';

/** What keys and references could tell: policies do not bind their checks. */
interface KeyProbe {
  readonly attack: string;
  readonly text: (place: string, rows: RowIds, tenantId: string, parentRow: string) => string;
  /** The outcome for an own row: the proof that the check is made. */
  readonly control: string;
}

const UNIQUE_VIOLATION = '23505';

const probes: readonly KeyProbe[] = [
  {
    attack: "its row's key on a new row",
    text: (place, { parent }, tenantId, id) =>
      `insert into ${place}.${parent} (tenant_id, id, note) values ('${tenantId}', '${id}', 'probe')`,
    control: UNIQUE_VIOLATION,
  },
  {
    attack: 'a reference to its row',
    text: (place, { name }, tenantId, id) =>
      `insert into ${place}.${name} (tenant_id, parent_id) values ('${tenantId}', '${id}')`,
    control: 'done',
  },
];

/** Unique keys and references must answer for another tenant's rows as for rows that nobody has. */
export async function probeKeys(
  session: Session,
  { mode, a }: Pair,
  rows: { readonly own: RowIds; readonly other: RowIds },
  findings: Findings,
): Promise<void> {
  const role = roleOf(a.id);
  const place = mode === 'schema' ? role : 'product';
  for (const { attack, text, control } of probes) {
    const outcome = async (id: string): Promise<string> => {
      const { refused } = await session.try(text(place, rows.own, a.id, id), { tenantId: a.id, role });
      return refused ?? 'done';
    };
    const common = { subject: 'data_service' };
    const own = await outcome(rows.own.parentRow);
    const controlled = { attack: `control: ${attack.replace('its', 'own')} (${mode})`, held: own === control };
    findings.record({ section: 'controls', ...common, ...controlled, expected: control, seen: own });
    const [expected, seen] = [await outcome(newId()), await outcome(rows.other.parentRow)];
    const tried = { attack: `${attack} (${mode})`, held: seen === expected, seen };
    findings.record({ section: 'sql', ...common, ...tried, expected: `as for a random id: ${expected}` });
  }
}
