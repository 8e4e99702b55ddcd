import { setTimeout as delay } from 'node:timers/promises';
import { formatNanos } from '@tenantry/kernel';
import { startModelLocal, type ModelLocal } from '@tenantry/model-local';
import { PASSWORD } from '../../bench/instance/client.js';
import type { Api } from '../demo/api.js';
import {
  booksOf,
  leaveBehind,
  outlastOrphans,
  turnsTaken,
  unlikeTheirHolds,
  unsettled,
  type Books,
} from './agent-books.js';
import { Dice } from './dice.js';
import { System } from './system.js';
import { Talk } from './talk.js';

/** How many talk, and what about. */
export interface Conversations {
  readonly count: number;
  /** That each asks, one after the other. */
  readonly questions: number;
  /** Of the one budget, in USD: far less than all of them want. */
  readonly limit: string;
  readonly seed: number;
}

/** What became of them. */
export interface ConversationsReport {
  readonly problems: readonly string[];
  readonly answered: number;
  readonly refused: number;
  /** Questions that nobody knows the end of. */
  readonly unsure: number;
  /** Calls as they are kept, and requests that the model took. */
  readonly calls: number;
  readonly asked: number;
  readonly books: Books;
  /** Nano-dollars beyond the limit. */
  readonly overspentNanos: bigint;
  /** From the first question until every call was settled. */
  readonly tookMs: number;
}

/** They give up after this, whatever is away. */
const TALK_MS = 40_000;
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** So many conversations at once on one budget; after answers to a tenth the database is killed, and to a fifth the instance. */
export async function shakeConversations(wish: Conversations): Promise<ConversationsReport> {
  await using stack = new AsyncDisposableStack();
  const local = await startModelLocal(); // it outlives the instance, and knows what it was asked
  stack.defer(() => local.close());
  const atOnce = { TENANT_MODEL_CALLS_AT_ONCE: String(wish.count), TENANT_REQUESTS_AT_ONCE: '64' };
  const system = stack.use(await System.open({ environment: { ...atOnce, LOCAL_MODEL_URL: local.baseUrl } }));
  const staff = await system.signInAsStaff();
  const [a, b] = [await makeTenant(staff, 'talks', wish.limit), await makeTenant(staff, 'silent', wish.limit)];
  const startMs = performance.now();
  const problems: string[] = [];
  const talks = await talkAll(system, a.owner, wish, (problem) => problems.push(problem));
  await until('turns of killed calls to be free', async () => (await turnsTaken(system, a.id)) === 0);
  await leaveBehind(system, a.id);
  await until('every call to be settled', async () => (await unsettled(system, a.id)) === 0);
  await outlastOrphans(system, a.id);
  const tookMs = performance.now() - startMs;
  const [books, foreign] = [await booksOf(system, a.id), await booksOf(system, b.id)];
  problems.push(...problemsOf(books, local, talks), ...(await unlikeTheirHolds(system, a.id)));
  if (foreign.calls + foreign.held + foreign.spent !== 0n) problems.push('the other tenant paid for something');
  const sum = (of: 'answered' | 'refused' | 'unsure'): number => talks.reduce((total, talk) => total + talk[of], 0);
  const overspentNanos = books.overspent + (books.spent > books.limit ? books.spent - books.limit : 0n);
  const counts = { answered: sum('answered'), refused: sum('refused'), unsure: sum('unsure') };
  return { problems, ...counts, calls: books.count, asked: local.requestCount, books, overspentNanos, tookMs };
}

async function makeTenant(staff: Api, slug: string, limit: string): Promise<{ id: string; owner: Api }> {
  const ownerEmail = `owner@${slug}.example`;
  const body = { slug, name: slug, ownerEmail, ownerPassword: PASSWORD };
  const { id } = await staff.must<{ id: string }>('POST', '/v1/tenants', { body });
  await staff.must('PUT', `/v1/tenants/${id}/rate-limit`, { body: { ratePerS: 100_000, burst: 1_000_000 } });
  const owner = await staff.as(null).signIn(ownerEmail, PASSWORD);
  await owner.must('POST', '/v1/budgets', { body: { name: 'Everything', limit } });
  return { id, owner };
}

/** Each asks a question after the other, and whatever is away comes back under them. */
async function talkAll(
  system: System,
  owner: Api,
  { count, questions, seed }: Conversations,
  blame: (problem: string) => void,
): Promise<Talk[]> {
  const dice = new Dice(seed);
  const talks = await Promise.all(Array.from({ length: count }, () => Talk.begin(owner, blame)));
  let answers = 0;
  const kills: Promise<void>[] = [];
  const endMs = Date.now() + TALK_MS;
  const converse = async (talk: Talk): Promise<void> => {
    for (let asked = 0; asked < questions && Date.now() < endMs;) {
      const outcome = await talk.ask(`[[slow 4]] [[tokens ${dice.between(5, 40)}]]`, dice.between(0, 1) === 0);
      if (outcome === 'taken') return;
      asked += outcome === 'unsure' ? 0 : 1; // what was cut off is asked again
      answers += outcome === 'answered' ? 1 : 0;
      if (answers >= count / 10 && kills.length === 0) kills.push(system.servers.crashPostgres());
      if (answers >= count / 5 && kills.length === 1) kills.push(kills[0]!.then(() => system.crash()));
    }
  };
  await Promise.all(talks.map(converse));
  await Promise.all(kills);
  if (kills.length < 2) blame('not everything was killed: too few were answered');
  return talks;
}

/** What the books and the talks say that can't be so. */
function problemsOf(books: Books, { requestCount }: ModelLocal, talks: readonly Talk[]): string[] {
  const problems: string[] = [];
  const mustBe = (isSo: boolean, problem: string): void => void (isSo || problems.push(problem));
  mustBe(books.spent <= books.limit, `${formatNanos(books.spent)} of ${formatNanos(books.limit)} USD were spent`);
  mustBe(books.overspent === 0n, 'calls cost more than was held for them');
  mustBe(
    books.spent === books.calls,
    `calls cost ${formatNanos(books.calls)}, counted were ${formatNanos(books.spent)}`,
  );
  mustBe(
    books.spent === books.settled,
    `settled were ${formatNanos(books.settled)}, counted ${formatNanos(books.spent)}`,
  );
  mustBe(books.held === 0n, `${formatNanos(books.held)} USD stay held`);
  mustBe(books.paid >= requestCount, `the model was asked ${requestCount} times, paid were ${books.paid}`);
  for (const { id, answered, unsure } of talks) {
    const turns = books.turns.get(id) ?? 0;
    mustBe(turns >= answered && turns <= answered + unsure, `${id} keeps ${turns} turns, ${answered} were answered`);
  }
  return problems;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await delay(POLL_MS);
  }
}
