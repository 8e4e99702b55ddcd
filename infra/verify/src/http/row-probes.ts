import { json, type Request } from '../client/client.js';
import type { RowIds } from '../inputs/tables.js';

/** Ids that a probe names: own ones, the other tenant's, or ones that nobody has. */
export interface Named {
  readonly row: string;
  readonly parentRow: string;
  readonly tenantId: string;
  readonly schema: string;
}

/** A way by which a query could reach rows of another tenant in a table that both have. */
export interface RowProbe {
  readonly attack: string;
  readonly request: (table: RowIds, named: Named) => Request;
  /** What it answers for own ids: the proof that the query does what it is meant to. */
  readonly control: readonly number[];
}

const DONE = [200, 201, 206];

const RETURN = { prefer: 'return=representation' };
const UPSERT = { prefer: 'resolution=merge-duplicates,return=representation' };
const STOLEN = 'stolen';

const importOf = (table: string, row: object): Request => ({
  ...{ method: 'POST', path: `/rest/v1/${table}/import` },
  ...{ headers: { 'content-type': 'application/x-ndjson' }, body: `${JSON.stringify(row)}\n` },
});

/** Every probe. */
export const rowProbes: readonly RowProbe[] = [
  {
    attack: 'a filter on tenant_id',
    request: ({ name }, { tenantId }) => json('GET', `/rest/v1/${name}?tenant_id=eq.${tenantId}`),
    control: DONE,
  },
  {
    attack: 'its row among own ones',
    request: ({ name, row: own }, { row }) => json('GET', `/rest/v1/${name}?select=id&or=(id.eq.${row},id.eq.${own})`),
    control: DONE,
  },
  {
    attack: 'an embedded table, filtered',
    request: ({ name, parent }, { parentRow }) =>
      json('GET', `/rest/v1/${name}?select=id,${parent}!inner(id,note)&${parent}.id=eq.${parentRow}`),
    control: DONE,
  },
  {
    attack: 'an embedded table, from the other side',
    request: ({ name, parent }, { row }) =>
      json('GET', `/rest/v1/${parent}?select=id,${name}!inner(id,note)&${name}.id=eq.${row}`),
    control: DONE,
  },
  {
    attack: 'its row, counted',
    request: ({ name }, { row }) => ({
      ...json('HEAD', `/rest/v1/${name}?id=eq.${row}`),
      headers: { prefer: 'count=exact' },
    }),
    control: DONE,
  },
  {
    attack: 'its rows, as the planner guesses',
    request: ({ name }, { tenantId }) => ({
      ...json('HEAD', `/rest/v1/${name}?tenant_id=eq.${tenantId}`),
      headers: { prefer: 'count=planned' },
    }),
    control: DONE, // an exact count, of what the caller may see
  },
  {
    attack: 'a plan for its rows',
    request: ({ name }, { tenantId }) => ({
      ...json('GET', `/rest/v1/${name}?tenant_id=eq.${tenantId}`),
      headers: { accept: 'application/vnd.pgrst.plan+json; options=analyze' },
    }),
    control: [400], // plans are for nobody
  },
  {
    attack: 'its schema as the profile',
    request: ({ name }, { schema }) => ({
      ...json('GET', `/rest/v1/${name}?limit=1&select=id`),
      headers: { 'accept-profile': schema },
    }),
    control: [400], // there is one profile, for everybody
  },
  {
    attack: 'its tenant_id on a new row',
    request: ({ name }, { tenantId }) => ({
      ...json('POST', `/rest/v1/${name}`, { tenant_id: tenantId, note: STOLEN }),
      headers: RETURN,
    }),
    control: DONE,
  },
  {
    attack: 'its tenant_id on an own row',
    request: ({ name, row }, { tenantId }) => ({
      ...json('PATCH', `/rest/v1/${name}?id=eq.${row}`, { tenant_id: tenantId }),
      headers: RETURN,
    }),
    control: DONE,
  },
  {
    attack: 'a reference to its row',
    request: ({ name, row }, { parentRow }) => ({
      ...json('PATCH', `/rest/v1/${name}?id=eq.${row}`, { parent_id: parentRow }),
      headers: RETURN,
    }),
    control: DONE,
  },
  {
    attack: 'its tenant_id in an import file',
    request: ({ name }, { tenantId }) => importOf(name, { tenant_id: tenantId, note: STOLEN }),
    control: [422], // nobody says whose a row is
  },
  {
    attack: 'a reference to its row in an import file',
    request: ({ name }, { parentRow }) => importOf(name, { parent_id: parentRow, note: STOLEN }),
    control: DONE,
  },
  {
    attack: "its row's key on a new row",
    request: ({ name }, { row }) => ({
      ...json('POST', `/rest/v1/${name}`, { id: row, note: STOLEN }),
      headers: RETURN,
    }),
    control: [409],
  },
  // Of the other table: in this one the attacker has a row of that key by now.
  {
    attack: "an upsert of its row's key",
    request: ({ parent }, { parentRow }) => ({
      ...json('POST', `/rest/v1/${parent}`, { id: parentRow, note: STOLEN }),
      headers: UPSERT,
    }),
    control: DONE,
  },
];
