import { Fault } from '@tenantry/kernel';
import { scriptsOf } from './scripts.js';
import { redact, type Finding } from './finding.js';
import { injectionScore } from './injection.js';
import { findPersonalData, type PersonalData } from './personal-data.js';
import { findSecrets } from './secrets.js';
import { findTerms } from './terms.js';
import { offTopic, type Topic } from './topics.js';

/** Where a text is met: what a caller sends, what was retrieved, what a tool is given, what it answers, what the model says. */
export type Stage = 'input' | 'retrieved' | 'tool-arguments' | 'tool-result' | 'output';

export type GuardrailKind =
  | 'personal-data'
  | 'own-values'
  | 'secrets'
  | 'injection'
  | 'terms'
  | 'topics'
  | 'length'
  | 'script'
  | 'tools'
  | 'schema';

/** Finds what the tenant's own rows say. */
export interface OwnValueFinder {
  find(text: string): Finding[];
  /** From where on the end of a text may be the beginning of a value; its length when none has begun. */
  beginning(text: string): number;
}

/** One guardrail of a tenant. */
export interface Guardrail {
  readonly name: string;
  readonly kind: GuardrailKind;
  /** enforce acts; shadow only says what it would do; off does nothing. */
  readonly mode: 'enforce' | 'shadow' | 'off';
  /** What is done with what is found: taken out, or the whole text refused. What can't be taken out is refused. */
  readonly action: 'redact' | 'block';
  readonly stages: readonly Stage[];
  /** For personal-data. */
  readonly detect: readonly PersonalData[];
  /** For terms: words and phrases that must not occur. */
  readonly terms: readonly string[];
  /** For topics: what may be talked about, and what may not. */
  readonly topics: readonly Topic[];
  /** For length: the most characters of one text. */
  readonly maxChars: number | null;
  /** For script: the writing systems that may occur. */
  readonly scripts: readonly string[];
  /** For tools: the tools that may be offered and called. */
  readonly tools: readonly string[];
  /** For injection: from which score on; 3 unless it says otherwise, and 1 less for what comes from outside. */
  readonly threshold: number | null;
  /** For own-values, once it is in force: what it looks for; null while that is not known. */
  readonly values?: OwnValueFinder | null;
}

/** What a guardrail decided about one text, and why; never the text. */
export interface Decision {
  readonly guardrail: string;
  readonly kind: GuardrailKind | 'webhook';
  readonly stage: Stage;
  /** Whether it was done, or only would have been. */
  readonly isEnforced: boolean;
  readonly verdict: 'redacted' | 'blocked';
  readonly explanation: string;
  /** How many places it is about. */
  readonly count: number;
}

/** What becomes of a text. */
export interface Inspected {
  readonly text: string;
  readonly decisions: readonly Decision[];
  /** The decision by which it is refused. */
  readonly blockedBy: Decision | null;
}

/** What a look at a text found: places that can be taken out, or a reason against all of it. */
interface Objection {
  readonly findings: readonly Finding[];
  readonly explanation: string;
}

type Look = (text: string, guardrail: Guardrail, stage: Stage) => Objection | null;

const FROM_OUTSIDE: readonly Stage[] = ['retrieved', 'tool-result'];
const DEFAULT_THRESHOLD = 3;

const looks: Readonly<Record<GuardrailKind, Look>> = {
  'personal-data': (text, { detect }) => placesOf(findPersonalData(text, detect)),
  'own-values': (text, { values, mode }) => (values ? placesOf(values.find(text)) : unseen(mode)),
  secrets: (text) => placesOf(findSecrets(text)),
  injection: (text, { threshold }, stage) => {
    const least = (threshold ?? DEFAULT_THRESHOLD) - (FROM_OUTSIDE.includes(stage) ? 1 : 0);
    const { score, signs } = injectionScore(text);
    return score >= Math.max(1, least)
      ? whole(`It ${signs.join(', ')} (score ${score}, at most ${least - 1} passes)`)
      : null;
  },
  terms: (text, { terms }) => placesOf(findTerms(text, terms)),
  topics: (text, { topics }, stage) => {
    const objection = offTopic(text, topics, stage === 'input');
    return objection === null ? null : whole(objection);
  },
  length: (text, { maxChars }) =>
    maxChars !== null && text.length > maxChars
      ? whole(`It has ${text.length} characters; ${maxChars} are allowed`)
      : null,
  script: (text, { scripts }) => {
    const others = scriptsOf(text).filter((script) => !scripts.includes(script));
    return others.length > 0 ? whole(`It has ${others.join(', ')} letters; ${scripts.join(', ')} are allowed`) : null;
  },
  tools: () => null, // about names, not texts: see `inspectTools`
  schema: () => null, // about whole answers: see `Conformance`
};

function placesOf(findings: readonly Finding[]): Objection | null {
  if (findings.length === 0) return null;
  const kinds = [...new Set(findings.map(({ what }) => what))];
  return { findings, explanation: `It has ${kinds.join(', ')}` };
}

/** @throws Fault `unavailable`: what can't be looked at does not pass */
function unseen(mode: Guardrail['mode']): null {
  if (mode !== 'enforce') return null;
  throw new Fault('unavailable', {
    detail:
      'What the tenant’s own rows say is still being gathered for the guardrail of the kind own-values; try again soon',
  });
}

function whole(explanation: string): Objection {
  return { findings: [], explanation };
}

/**
 * Shows a text to guardrails in their order; each sees what the one before left of it. The first that blocks ends it.
 */
export function inspect(guardrails: readonly Guardrail[], stage: Stage, text: string): Inspected {
  const decisions: Decision[] = [];
  let current = text;
  for (const guardrail of guardrails) {
    if (guardrail.mode === 'off' || !guardrail.stages.includes(stage)) continue;
    const objection = looks[guardrail.kind](current, guardrail, stage);
    if (!objection) continue;
    const decision = decide(guardrail, stage, objection);
    decisions.push(decision);
    if (!decision.isEnforced) continue;
    if (decision.verdict === 'blocked') return { text: '', decisions, blockedBy: decision };
    current = redact(current, objection.findings);
  }
  return { text: current, decisions, blockedBy: null };
}

function decide({ name, kind, mode, action }: Guardrail, stage: Stage, { findings, explanation }: Objection): Decision {
  const verdict = action === 'block' || findings.length === 0 ? 'blocked' : 'redacted';
  return {
    guardrail: name,
    kind,
    stage,
    isEnforced: mode === 'enforce',
    verdict,
    explanation,
    count: Math.max(1, findings.length),
  };
}

/** Shows the names of tools to guardrails: those that are offered to the model, or those that it wants called. */
export function inspectTools(guardrails: readonly Guardrail[], stage: Stage, names: readonly string[]): Decision[] {
  return guardrails.flatMap((guardrail) => {
    if (guardrail.kind !== 'tools' || guardrail.mode === 'off' || !guardrail.stages.includes(stage)) return [];
    const forbidden = names.filter((name) => !guardrail.tools.includes(name));
    if (forbidden.length === 0) return [];
    return [
      decide({ ...guardrail, action: 'block' }, stage, whole(`The tools ${forbidden.join(', ')} are not allowed`)),
    ];
  });
}
