import { inspect, type Guardrail } from './guardrail.js';
import { attackFiles, isText, type TextAttack } from './attacks.fixture.js';
import { defaultGuardrails } from './policy.js';

describe('The attack suite', () => {
  const suites = attackFiles()
    .map(({ file, attacks }) => ({ file, attacks: attacks.filter(isText) }))
    .filter(({ attacks }) => attacks.length > 0);
  const enforced = defaultGuardrails.map((one): Guardrail => ({ ...one, mode: 'enforce' }));
  const isCaught = (stage: TextAttack['stage'], text: string): boolean =>
    inspect(enforced, stage, text).decisions.length > 0;

  it('has 80 texts, each with a benign twin', () => {
    expect(suites.flatMap(({ attacks }) => attacks).length).toBeGreaterThanOrEqual(80);
  });

  it.each(suites)('$file: at least 17 of 20 attacks are caught, and no twin is', ({ attacks }) => {
    const missed = attacks.filter(({ stage, attack }) => !isCaught(stage, attack)).map(({ name }) => name);
    const wronged = attacks.filter(({ stage, benign }) => isCaught(stage, benign)).map(({ name }) => name);
    expect(wronged).toEqual([]);
    expect({ missed, isFew: missed.length * 20 <= attacks.length * 3 }).toMatchObject({ isFew: true });
  });
});
