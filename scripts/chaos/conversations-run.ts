import { parseArgs } from 'node:util';
import { formatNanos } from '@tenantry/kernel';
import { shakeConversations } from './conversations.js';

/**
 * `npm run chaos:conversations [-- --count N --limit USD --seed N]` has so many conversations ask a model of a system of its own at once, kills the
 * database and the instance under them, and compares what was spent with what they cost. Ends with 1 when anything did not hold.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    limit: { type: 'string', default: '0.0040' },
    seed: { type: 'string', default: '17' },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!(Number.isInteger(count) && count > 0 && Number.isInteger(seed)))
  throw new Error('--count and --seed are whole numbers');
const report = await shakeConversations({ count, questions: 3, limit: values.limit, seed });
const { books, answered, refused, unsure, calls, asked, problems, overspentNanos, tookMs } = report;
const usd = (nanos: bigint): string => `${formatNanos(nanos)} USD`;
console.log(
  `${count} conversations: ${answered} answers, ${refused} refused by the budget, ${unsure} cut off or put off`,
);
console.log(`${calls} calls kept, the model was asked ${asked} times`);
console.log(
  `limit ${usd(books.limit)}, calls cost ${usd(books.calls)}, settled ${usd(books.settled)}, held ${usd(books.held)}`,
);
console.log(
  `overspend ${usd(overspentNanos)}; ${(tookMs / 1_000).toFixed(1)} s from the first question until all was settled`,
);
for (const problem of problems) console.log(`✗ ${problem}`);
console.log(problems.length === 0 ? 'everything held' : `${problems.length} did not hold`);
process.exitCode = problems.length === 0 ? 0 : 1;
