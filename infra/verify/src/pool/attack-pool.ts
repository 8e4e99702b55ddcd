import type { OpenInstance } from '@tenantry/local';
import { json, type Client, type Request } from '../client/client.js';
import { fillTables, type TableNames } from '../inputs/tables.js';
import type { Findings } from '../report/outcome.js';
import type { Tenant, World } from '../world/tenant.js';
import { SessionCutter } from './session-cutter.js';

/** What the attack on pooled sessions works with. */
export interface PoolRun {
  readonly client: Client;
  readonly world: World;
  readonly productTables: TableNames;
  /** Whose sessions are cut meanwhile; null: nobody's. */
  readonly instance: OpenInstance | null;
  readonly findings: Findings;
  readonly progress: (text: string) => void;
}

const REQUESTS = 4_000;
const AT_ONCE = 24;
const LONGEST_PATIENCE_MS = 8;
/** What a request may be answered when its session is cut. */
const UNAVAILABLE = 503;

/** A kind of request, and what it may be answered. */
interface Errand {
  readonly kind: string;
  readonly request: (tables: TableNames, row: string, tenant: Tenant) => Request;
  readonly expected: number;
  /** Whether the answer tells the tenant's own values. */
  readonly tells: boolean;
}

const errands: readonly Errand[] = [
  {
    kind: 'a row',
    request: ({ name }, row) => json('GET', `/rest/v1/${name}?id=eq.${row}`),
    expected: 200,
    tells: true,
  },
  {
    kind: 'all rows with their parents',
    request: ({ name, parent }) => json('GET', `/rest/v1/${name}?select=*,${parent}(*)`),
    expected: 200,
    tells: true,
  },
  { kind: 'the tenant', request: () => json('GET', '/v1/tenant'), expected: 200, tells: true },
  {
    kind: 'a change',
    request: ({ name }, row, { canary }) => json('PATCH', `/rest/v1/${name}?id=eq.${row}`, { note: canary.word() }),
    expected: 204,
    tells: false,
  },
  {
    kind: 'a statement that fails',
    request: ({ name }) => json('GET', `/rest/v1/${name}?select=note::integer`),
    expected: 422,
    tells: false,
  },
];

/**
 * Thousands of requests of all tenants at once, some of which fail in the database, some of whose callers hang up, while
 * sessions that serve them are cut: what one tenant asked for on a pooled session must never reach the next.
 */
export async function attackPool(run: PoolRun): Promise<void> {
  const tenants = run.world.pairs.flatMap(({ a, b }) => [a, b]);
  const rows = new Map<Tenant, string>();
  for (const tenant of tenants) rows.set(tenant, (await fillTables(run.client, tenant, run.productTables)).row);
  const tallies = new Map(errands.map((errand) => [errand, { answered: 0, wrong: [] as string[] }]));
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let turn = next++; turn < REQUESTS; turn = next++) {
      if (turn % 500 === 0) run.progress(`${turn} of ${REQUESTS} requests`);
      const [tenant, errand] = [tenants[turn % tenants.length]!, errands[Math.floor(turn / 7) % errands.length]!];
      const request = errand.request(run.productTables, rows.get(tenant)!, tenant);
      if (turn % 10 === 0) await run.client.hangUp(tenant.owner, request, turn % LONGEST_PATIENCE_MS);
      else judge(tallies.get(errand)!, errand, tenant, await run.client.send(tenant.owner, request));
    }
  };
  await using cutter = run.instance && (await SessionCutter.start(run.instance, run.productTables.name));
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const [errand, tally] of tallies) report(run.findings, errand, tally);
  if (cutter) await reportSessions(run.findings, cutter);
}

interface Tally {
  answered: number;
  readonly wrong: string[];
}

function judge(tally: Tally, errand: Errand, { canary }: Tenant, answer: { status: number; text: string }): void {
  if (answer.status === UNAVAILABLE) return;
  tally.answered += 1;
  const isOwn = !errand.tells || answer.text.includes(canary.text);
  if (answer.status !== errand.expected || !isOwn) tally.wrong.push(`${answer.status} ${answer.text.slice(0, 200)}`);
}

function report(findings: Findings, { kind, expected, tells }: Errand, { answered, wrong }: Tally): void {
  const outcome = {
    section: 'pool' as const,
    subject: kind,
    expected: `${expected}${tells ? ', its own values' : ''}`,
  };
  findings.record({
    ...outcome,
    attack: `among ${REQUESTS} requests of all tenants, with failures, hang-ups and cut sessions`,
    held: wrong.length === 0,
    seen: wrong[0] ?? `${answered} times`,
  });
  const controlled = { attack: 'control: some are answered', held: answered > 0, seen: `${answered} answered` };
  findings.record({ ...outcome, section: 'controls', ...controlled });
}

async function reportSessions(findings: Findings, cutter: SessionCutter): Promise<void> {
  const outcome = { section: 'pool' as const, subject: 'sessions of services' };
  const { cuts } = cutter;
  findings.record({
    ...{ ...outcome, section: 'controls' },
    ...{ attack: 'control: some were cut', held: cuts > 0, expected: 'at least one', seen: String(cuts) },
  });
  const open = await cutter.openTransactions();
  const attack = 'a transaction that nobody ends';
  findings.record({ ...outcome, attack, held: open === 0, expected: 'none', seen: String(open) });
}
