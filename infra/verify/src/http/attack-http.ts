import { operations, type Operation } from '@tenantry/contracts';
import type { Client } from '../client/client.js';
import type { Form, Forms } from '../inputs/form.js';
import type { Findings } from '../report/outcome.js';
import type { Pair, Tenant, World } from '../world/tenant.js';
import type { Workshop } from '../world/workshop.js';
import { attackOperation } from './attack-operation.js';
import { doAtOnce } from './do-at-once.js';

/** Operations whose request works once, so that each attack needs one of its own. */
export const spent: ReadonlySet<string> = new Set(['Refresh']);

/** What the attacks over HTTP work with. */
export interface HttpRun {
  readonly world: World;
  readonly workshop: Workshop;
  readonly forms: Forms;
  readonly client: Client;
  readonly findings: Findings;
  /** Whether the instance's mails can be read. */
  readonly hasMails: boolean;
  /** The operations to attack, by name. */
  readonly only: RegExp;
  /** Told how many operations are done, of how many. */
  readonly progress: (done: number, all: number) => void;
}

/** Attacks every operation that HTTP reaches: those of tenants in each mode, those of the platform once. */
export async function attackHttp(run: HttpRun): Promise<void> {
  const [first] = run.world.pairs;
  const jobs = operations
    .filter(({ http, name }) => http !== null && run.only.test(name))
    .flatMap((operation) =>
      (operation.scope === 'platform' ? [first!] : run.world.pairs).map(
        (pair) => () => attackOne(run, operation, pair),
      ),
    );
  await doAtOnce(jobs, (done) => run.progress(done, jobs.length));
}

/** An operation whose request can't be prepared is a failed control: nothing is left out silently. */
async function attackOne(run: HttpRun, operation: Operation, pair: Pair): Promise<void> {
  const subject = operation.scope === 'platform' ? operation.name : `${operation.name} (${pair.mode})`;
  try {
    const prepared = await prepare(run, operation, pair);
    for (const [index, both] of prepared.entries()) {
      const { label } = both.own;
      const anew = async (): Promise<Both> => (await prepare(run, operation, pair))[index]!;
      const target = { ...run, operation, pair, subject: label ? `${subject}, ${label}` : subject };
      await attackOperation({ ...target, prepare: () => (spent.has(operation.name) ? anew() : Promise.resolve(both)) });
    }
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    const outcome = { subject, attack: 'control: its own', held: false, expected: 'a working request', seen };
    run.findings.record({ section: 'controls', ...outcome });
  }
}

/** A request as the attacker's and as the attacked tenant's. */
export interface Both {
  readonly own: Form;
  readonly other: Form;
}

/** The request as the attacker's and as the attacked tenant's. Staff may name any tenant, so theirs is one and the same. */
export async function prepare(
  { workshop, forms }: Pick<HttpRun, 'workshop' | 'forms'>,
  operation: Operation,
  { a, b }: Pair,
): Promise<Both[]> {
  const of = (tenant: Tenant): Promise<Form[]> => forms.of(operation, { workshop, tenant });
  if (operation.scope === 'platform') return (await of(b)).map((own) => ({ own, other: own }));
  const [own, other] = [await of(a), await of(b)];
  return own.map((form, index) => ({ own: form, other: other[index]! }));
}
