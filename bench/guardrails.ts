import { inspect, type Guardrail } from '../services/agents/src/guardrails/guardrail.js';
import { defaultGuardrails } from '../services/agents/src/guardrails/policy.js';
import { median, quantile } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * How long a prompt of 100 KB is looked at before it may go to a model: for every kind of personal data, and by the guardrails that hold
 * for whoever has set none. In one thread, as the service does it.
 */
const PROMPT_BYTES = 100 * 1024;
const WARM_UP = 50;
const RUNS = 300;
/** The figures are those of the median round. */
const ROUNDS = 5;
const TARGET_MS = 10;

/** Ordinary correspondence with something to be found in it every few lines. */
const LINES = [
  'Thank you for your letter of 12 March 2026, which reached us on Monday; we looked into order 40771 at once.',
  'The parcel left our warehouse in Harbour Street 7 at 14:05 and was signed for by your neighbour.',
  'Please write to claire.martin@example.com or call +1 (415) 555-0132 if anything is missing.',
  'We refunded $48.20 to the card ending in 4242; the bank needs three to five working days.',
  'For the record: invoice 2026-0815, IBAN DE89 3704 0044 0532 0130 00, 3 items, no discount.',
];

const personal: Guardrail = {
  ...{ name: 'people', kind: 'personal-data', mode: 'enforce', action: 'redact', stages: ['input'] },
  detect: ['card', 'email', 'phone', 'national-id', 'bank-account', 'health'],
  ...{ terms: [], topics: [], maxChars: null, scripts: [], tools: [], threshold: null },
};

function promptOf(bytes: number): string {
  let text = '';
  for (let line = 0; Buffer.byteLength(text) < bytes; line += 1) text += `${LINES[line % LINES.length]!}\n`;
  return text.slice(0, bytes);
}

function measure(guardrails: readonly Guardrail[]): number[] {
  const prompt = promptOf(PROMPT_BYTES);
  const took: number[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run += 1) {
    const beganMs = performance.now();
    const { text } = inspect(guardrails, 'input', prompt);
    if (text === '') throw new Error('the prompt was refused');
    if (run >= WARM_UP) took.push(performance.now() - beganMs);
  }
  return took;
}

/** The median round's figures. */
function figures(name: string, guardrails: readonly Guardrail[]) {
  const rounds = Array.from({ length: ROUNDS }, () => measure(guardrails));
  const [p50s, p99s] = [0.5, 0.99].map((share) => rounds.map((took) => quantile(took, share))) as [number[], number[]];
  const [p50Ms, p99Ms] = [median(p50s), median(p99s)];
  return { name, ratio: p99Ms, unit: 'ms', target: TARGET_MS, met: p99Ms <= TARGET_MS, p50Ms, p99Ms, runs: p99s };
}

const found = [
  figures('all personal data in 100 KB', [personal]),
  figures('the guardrails of whoever has set none, 100 KB', defaultGuardrails),
];
record('guardrails', found);
for (const { name, p50Ms, p99Ms, met } of found)
  console.log(
    `${name}: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms (target ${TARGET_MS}${met ? '' : ', MISSED'})`,
  );
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
