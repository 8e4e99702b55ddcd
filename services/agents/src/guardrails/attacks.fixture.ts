import { readdirSync, readFileSync } from 'node:fs';

/** A text that attacks where it is met, and one alike that does not. */
export interface TextAttack {
  readonly name: string;
  readonly stage: 'input' | 'retrieved' | 'tool-result' | 'output';
  readonly attack: string;
  readonly benign: string;
}

/** Something that is done to attack, and the same done rightly. */
export interface StepAttack<T = unknown> {
  readonly name: string;
  readonly step: 'call-tool' | 'reach' | 'exchange';
  readonly attack: T;
  readonly benign: T;
}

export type Attack = TextAttack | StepAttack;

/** The attacks, by file. */
export function attackFiles(): { readonly file: string; readonly attacks: readonly Attack[] }[] {
  const folder = new URL('../../attacks/', import.meta.url);
  const read = (file: string): Attack[] => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Attack[];
  return readdirSync(folder).map((file) => ({ file, attacks: read(file) }));
}

export function isText(attack: Attack): attack is TextAttack {
  return 'stage' in attack;
}

/** The attacks of one kind of step. */
export function stepsOf<T>(step: StepAttack['step']): StepAttack<T>[] {
  const all = attackFiles().flatMap(({ attacks }) => attacks);
  return all.filter((one): one is StepAttack<T> => 'step' in one && one.step === step);
}
