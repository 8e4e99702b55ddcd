import { setTimeout as pause } from 'node:timers/promises';
import { json } from '../client/client.js';
import { idOf } from './id-of.js';
import type { Bench, Thing } from './kinds.js';

const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 200;

interface Logs {
  readonly data: readonly { readonly id: string; readonly outcome: string; readonly kind: string }[];
}

async function newDatedTable({ workshop, tenant }: Bench): Promise<{ name: string }> {
  const name = tenant.canary.name();
  const columns = [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'note', type: 'text' },
    { name: 'made_at', type: 'timestamptz' },
  ];
  await workshop.client.must(tenant.owner, json('POST', '/v1/tables', { name, columns }));
  const row = { id: 1, note: tenant.canary.word(), made_at: '2020-01-01T00:00:00Z' };
  await workshop.client.must(tenant.owner, json('POST', `/rest/v1/${name}`, row));
  return { name };
}

/** Added by somebody else than the owner, who so can activate it. */
async function newRule(bench: Bench): Promise<{ id: string }> {
  const { workshop, tenant } = bench;
  const { caller } = await workshop.key(tenant, { scopes: ['compliance.*'] });
  const { name: table } = await newDatedTable(bench);
  const rule = { name: tenant.canary.word(), table, dateColumn: 'made_at', keepDays: 30, archiveDays: 30 };
  const id = await idOf(bench, caller, '/v1/retention/rules', rule);
  await workshop.client.must(caller, json('POST', `/v1/retention/rules/${id}/preview`, {}));
  return { id };
}

/** A run that has archived a row. @throws Error when that takes too long */
async function newArchive(bench: Bench): Promise<{ id: string }> {
  const { workshop, tenant } = bench;
  const { id: ruleId } = await newRule(bench);
  await workshop.client.must(tenant.owner, json('POST', `/v1/retention/rules/${ruleId}/activate`, {}));
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const list = json('GET', `/v1/data-retention-logs?ruleId=${ruleId}`);
    const { data } = await workshop.client.must<Logs>(tenant.owner, list);
    const run = data.find(({ kind, outcome }) => kind === 'run' && outcome === 'done');
    if (run) return { id: run.id };
    if (performance.now() > deadlineMs) throw new Error(`The rule ${ruleId} was not carried out`);
    await pause(ASK_EVERY_MS);
  }
}

/** How to come by rules of retention and what they archived. */
export const retention = {
  datedTable: newDatedTable,
  /** Two rules, for a list of one has no cursor. */
  retentionRule: async (bench: Bench): Promise<Thing> => {
    await newRule(bench);
    return newRule(bench);
  },
  retentionArchive: newArchive,
};
