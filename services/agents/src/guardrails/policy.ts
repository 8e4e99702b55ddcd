import type { Guardrail as GuardrailMessage } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Guardrail, GuardrailKind, Stage } from './guardrail.js';
import type { PersonalData } from './personal-data.js';

const ALL: readonly Stage[] = ['input', 'retrieved', 'tool-arguments', 'tool-result', 'output'];
/** What the model says does not command it. */
const TO_THE_MODEL: readonly Stage[] = ['input', 'retrieved', 'tool-result'];
/** Tools are offered with the input, and called with arguments. */
const OF_TOOLS: readonly Stage[] = ['input', 'tool-arguments'];
const NONE = { detect: [], terms: [], maxChars: null, scripts: [], tools: [], threshold: null, topics: [] } as const;

const stagesOf: Readonly<Partial<Record<GuardrailKind, readonly Stage[]>>> = {
  injection: TO_THE_MODEL,
  tools: OF_TOOLS,
  schema: ['output'],
  topics: ['input', 'output'],
};

/** What guards a tenant that has not said otherwise: no keys and no card numbers, and a look at who tries to command the model. */
export const defaultGuardrails: readonly Guardrail[] = [
  { ...NONE, name: 'secrets', kind: 'secrets', mode: 'enforce', action: 'redact', stages: ALL },
  { ...NONE, name: 'cards', kind: 'personal-data', mode: 'enforce', action: 'redact', stages: ALL, detect: ['card'] },
  { ...NONE, name: 'injection', kind: 'injection', mode: 'shadow', action: 'block', stages: TO_THE_MODEL },
];

/** What a kind can't do without. */
const needs: Readonly<Partial<Record<GuardrailKind, 'detect' | 'terms' | 'topics' | 'maxChars' | 'scripts'>>> = {
  ...{ 'personal-data': 'detect', terms: 'terms', topics: 'topics', length: 'maxChars', script: 'scripts' },
};

/** Reads a tenant's guardrails. @throws Fault `invalid-input` naming the one at fault */
export function readGuardrails(messages: readonly GuardrailMessage[]): Guardrail[] {
  const names = new Set<string>();
  return messages.map((message, index) => {
    const field = `guardrails[${index}]`;
    if (names.has(message.name)) throw invalid(`${field}.name`, 'is the name of another guardrail, too');
    names.add(message.name);
    const guardrail = readGuardrail(message);
    const need = needs[guardrail.kind];
    const given = need && guardrail[need];
    if (need && (given === null || (Array.isArray(given) && given.length === 0))) {
      throw invalid(`${field}.${need}`, `is what ${guardrail.kind} can’t do without`);
    }
    const known = stagesOf[guardrail.kind] ?? ALL;
    const wrong = guardrail.stages.find((stage) => !known.includes(stage));
    if (wrong) throw invalid(`${field}.stages`, `must be of ${known.join(', ')} for ${guardrail.kind}, not ${wrong}`);
    return guardrail;
  });
}

function readGuardrail(message: GuardrailMessage): Guardrail {
  const kind = message.kind as GuardrailKind;
  return {
    ...{ name: message.name, kind, mode: message.mode as Guardrail['mode'] },
    action: (message.action ?? 'redact') as Guardrail['action'],
    stages: message.stages.length > 0 ? (message.stages as Stage[]) : (stagesOf[kind] ?? ALL),
    detect: message.detect as PersonalData[],
    ...{ terms: message.terms, maxChars: message.maxChars ?? null, scripts: message.scripts, tools: message.tools },
    threshold: message.threshold ?? null,
    topics: message.topics ?? [], // what was stored before there were any has none
  };
}

export function printGuardrail(guardrail: Guardrail): GuardrailMessage {
  const { stages, detect, terms, scripts, tools, topics, ...rest } = guardrail;
  return {
    ...rest,
    stages: [...stages],
    detect: [...detect],
    terms: [...terms],
    scripts: [...scripts],
    tools: [...tools],
    topics: topics.map((topic) => ({ ...topic, words: [...topic.words] })),
  };
}

function invalid(field: string, what: string): Fault {
  return new Fault('invalid-input', { field, detail: `${field} ${what}` });
}
