import { parseArgs } from 'node:util';
import { Dice } from './dice.js';
import { faults, type Fault } from './faults.js';
import { printReport, printShaken } from './report.js';
import { shake } from './run.js';
import { System } from './system.js';

/**
 * `npm run chaos [-- --seed N --minutes N --fault name,… --split --replicas N --cluster]` starts a system of its own, puts a load on it, breaks its parts one
 * after the other, and compares what was accepted with what is there. Ends with 1 when anything did not hold.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string' },
    fault: { type: 'string' },
    split: { type: 'boolean', default: false },
    replicas: { type: 'string', default: '1' },
    cluster: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const minutes = values.minutes === undefined ? null : Number(values.minutes);
const names = values.fault?.split(',');
const options = { isSplit: values.split, replicas: Number(values.replicas), natsNodes: values.cluster ? 3 : 1 };
const possible = faults.filter((fault) => fault.fits(options));
const wanted = possible.filter(({ name }) => names?.includes(name) ?? true);
const unknown = (names ?? []).filter((name) => !wanted.some((fault) => fault.name === name));
const isNumbered = Number.isInteger(seed) && options.replicas >= 1 && options.replicas <= 4;
if (unknown.length > 0 || !isNumbered || (minutes !== null && !(minutes > 0))) {
  const known = possible.map(({ name }) => name).join(', ');
  console.error(`chaos: there is no fault ${unknown.join(', ')}, or a number is none; there are ${known}`);
  process.exit(1);
}

/** Each fault once, or again and again in another order until the time is over; Ctrl-C ends it in order. */
function* inTurn(dice: Dice): Generator<Fault> {
  const untilMs = performance.now() + (minutes ?? 0) * 60_000;
  do {
    for (const fault of dice.shuffle(wanted)) {
      if (isStopped || (minutes !== null && performance.now() > untilMs)) return;
      yield fault;
    }
  } while (minutes !== null);
}

let isStopped = false;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => (isStopped = true));

console.log(
  `seed ${seed}${values.split ? ', one process a service' : ''}: ${wanted.map(({ name }) => name).join(', ')}`,
);
await using system = await System.open(options);
const dice = new Dice(seed);
const report = await shake(system, inTurn(dice), dice, printShaken);
printReport(report);
process.exitCode = report.problems.length === 0 ? 0 : 1;
