import { newId } from '@tenantry/kernel';
import type { Caller } from '../client/caller.js';
import { json, type Client, type Request } from '../client/client.js';
import { fillTables, type TableNames } from '../inputs/tables.js';
import type { Findings } from '../report/outcome.js';
import type { Tenant, World } from '../world/tenant.js';
import type { Workshop } from '../world/workshop.js';

/** What the measuring of times works with. */
export interface TimingRun {
  readonly client: Client;
  readonly world: World;
  readonly workshop: Workshop;
  readonly productTables: TableNames;
  readonly findings: Findings;
  readonly progress: (text: string) => void;
}

const PAIRS = 1_000;
const WARM_UP = 50;
const MAX_DIFFERENCE = 0.05;

/** Two requests whose answers are the same, and should take the same time. */
interface Twins {
  readonly subject: string;
  readonly caller: Caller;
  readonly other: Request;
  readonly random: Request;
}

/**
 * Asks for another tenant's things and for random ones in turns, in changing order, and compares the medians of each pair's
 * difference: what disturbs the machine disturbs both alike.
 */
export async function measureTimes(run: TimingRun): Promise<void> {
  for (const { mode, a, b } of run.world.pairs) {
    for (const twins of await twinsOf(run, mode, a, b)) await measure(run, twins);
  }
}

async function twinsOf(
  { workshop, productTables, client }: TimingRun,
  mode: string,
  a: Tenant,
  b: Tenant,
): Promise<Twins[]> {
  const { id: key } = await workshop.key(b, { scopes: ['rows.read'] });
  const { row, name } = await fillTables(client, b, productTables);
  const twins = (subject: string, request: (id: string) => Request, other: string): Twins => {
    return { subject: `${subject} (${mode})`, caller: a.owner, other: request(other), random: request(newId()) };
  };
  return [
    twins('ReadRows', (id) => json('GET', `/rest/v1/${name}?id=eq.${id}`), row),
    twins('RotateApiKey', (id) => json('POST', `/v1/api-keys/${id}/rotate`, {}), key),
    twins('ChangeMemberRole', (id) => json('PATCH', `/v1/members/${id}`, { role: 'staff' }), b.person.userId),
    twins('GetTenantInfo', (id) => json('POST', '/rest/v1/rpc/get_tenant_info', { tenant_id: id }), b.id),
  ];
}

async function measure(
  { client, findings, progress }: TimingRun,
  { subject, caller, other, random }: Twins,
): Promise<void> {
  const time = async (request: Request): Promise<number> => {
    const startedMs = performance.now();
    await client.send(caller, request);
    return performance.now() - startedMs;
  };
  const differences: number[] = [];
  const usual: number[] = [];
  for (let round = 0; round < PAIRS + WARM_UP; round += 1) {
    if (round % 100 === 0) progress(`${subject}: ${round} of ${PAIRS}`);
    const isEven = round % 2 === 0;
    const first = await time(isEven ? other : random);
    const second = await time(isEven ? random : other);
    if (round < WARM_UP) continue;
    differences.push(isEven ? first - second : second - first);
    usual.push(isEven ? second : first);
  }
  const share = median(differences) / median(usual);
  findings.record({
    ...{ section: 'timing', subject, attack: "other tenant's and random ids in turns" },
    held: Math.abs(share) <= MAX_DIFFERENCE,
    expected: `a difference of at most ${MAX_DIFFERENCE * 100} %`,
    seen: `${(share * 100).toFixed(1)} % of ${median(usual).toFixed(2)} ms`,
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;
}
