/** How the stand-in misbehaves on request, so that whoever depends on a model can be tried without one. */
export interface Knobs {
  /** `[[error 429]]`: answers with that status. */
  readonly error: number | null;
  /** `[[retry-after 7]]`: with that header. */
  readonly retryAfterS: number | null;
  /** `[[no-usage]]`: does not say what it used. */
  readonly hidesUsage: boolean;
  /** `[[first 100]]`: milliseconds before it begins to answer. */
  readonly firstMs: number;
  /** `[[slow 20]]`: milliseconds between two tokens of a stream. */
  readonly betweenMs: number;
  /** `[[endless]]`: goes on whatever limit it was given. */
  readonly isEndless: boolean;
  /** `[[cut 5]]`: closes the connection after so many tokens. */
  readonly cutAfter: number | null;
  /** `[[tokens 50]]`: answers with so many tokens. */
  readonly tokens: number | null;
  /** `[[say …]]`: answers exactly this. */
  readonly says: string | null;
  /** `[[malformed]]`: answers with what is no JSON. */
  readonly isMalformed: boolean;
  /** `[[hang]]`: takes the request and never answers. */
  readonly hangs: boolean;
  /** `[[same-ids]]`: calls two tools under one id. */
  readonly repeatsIds: boolean;
}

const KNOB =
  /\[\[(error|retry-after|no-usage|first|slow|endless|cut|tokens|say|malformed|hang|same-ids)(?: ([^\]]*(?:\](?!\])[^\]]*)*))?\]\]/g;

/** The knobs in a question. */
export function knobsOf(question: string): Knobs {
  const found = new Map([...question.matchAll(KNOB)].map(([, name, value = '']) => [name, value]));
  const number = (name: string): number | null => (found.has(name) ? Number(found.get(name)) : null);
  return {
    error: number('error'),
    retryAfterS: number('retry-after'),
    hidesUsage: found.has('no-usage'),
    firstMs: number('first') ?? 0,
    betweenMs: number('slow') ?? 0,
    isEndless: found.has('endless'),
    cutAfter: number('cut'),
    tokens: number('tokens'),
    says: found.get('say') ?? null,
    isMalformed: found.has('malformed'),
    hangs: found.has('hang'),
    repeatsIds: found.has('same-ids'),
  };
}

/** The question without its knobs. */
export function withoutKnobs(question: string): string {
  return question.replace(KNOB, '').trim();
}
