/** A sign that a text wants to command the model, and how much it weighs. */
interface Sign {
  readonly name: string;
  readonly weight: number;
  readonly regex: RegExp;
}

const BEFORE = '(?:previous|prior|above|earlier|preceding|foregoing|initial|original|existing|system|your)';
const ORDERS =
  '(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|commands?|programming|constraints?|restrictions?|context|messages?|training)';

const SIGNS: readonly Sign[] = [
  {
    name: 'overrides its instructions',
    weight: 3,
    regex: new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass)\\b[^.\\n]{0,20}\\b${ORDERS} (?:above|before|you (?:were|have been)|so far)`,
    ),
  },
  {
    name: 'overrides its instructions',
    weight: 3,
    regex: new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass|drop|discard|neglect|skip|abandon)\\b[^.\\n]{0,30}\\b${BEFORE}\\b[^.\\n]{0,20}\\b${ORDERS}`,
    ),
  },
  {
    name: 'overrides its instructions',
    weight: 3,
    regex: new RegExp(
      `\\b(?:ignore|disregard|forget|override) (?:all|any|everything)\\b[^.\\n]{0,25}\\b(?:${ORDERS}|told|said|above|before)`,
    ),
  },
  {
    name: 'overrides its instructions',
    weight: 3,
    regex:
      /\b(?:ignorier|vergiss|missacht)\w*\b[^.\n]{0,40}\b(?:anweisung|regel|vorgabe|befehl)|\bignor(?:ez?|a|e|ar)\b[^.\n]{0,40}\b(?:instructions? précédentes?|instrucciones|instruções|istruzioni)|\boublie[zr]?\b[^.\n]{0,40}\b(?:instructions|consignes)|\bolvida\b[^.\n]{0,40}\binstrucciones/,
  },
  {
    name: 'asks for the instructions',
    weight: 3,
    regex: new RegExp(
      `\\b(?:reveal|show|print|output|repeat|display|expose|leak|dump|tell me|give me|what (?:is|are|was|were)|translate|summari[sz]e|encode)\\b[^.\\n]{0,40}\\b(?:system|initial|hidden|secret|original|developer|internal) ?(?:prompt|${ORDERS})`,
    ),
  },
  {
    name: 'asks for the instructions',
    weight: 3,
    regex:
      /\brepeat\b[^.\n]{0,30}\b(?:words|text|everything|all)\b[^.\n]{0,20}\babove\b|\bstarting with "?you are\b|\b(?:text|words|everything) (?:above|before) this (?:line|message|point)\b/,
  },
  {
    name: 'changes its role',
    weight: 3,
    regex:
      /\byou are (?:now|no longer)\b[^.\n]{0,60}\b(?:ai|assistant|model|dan|unrestricted|unfiltered|jailbroken|bound|limited|restricted|evil|root|admin\w*)|\bfrom now on,? you (?:are|will|must|have no)\b/,
  },
  {
    name: 'changes its role',
    weight: 3,
    regex:
      /\b(?:pretend|act|behave|respond|roleplay|answer)\b[^.\n]{0,40}\b(?:no|without(?: any)?|free of|not bound by)\b[^.\n]{0,15}\b(?:restrictions?|rules?|limits?|limitations?|filters?|guidelines?|ethic\w*|censorship|safety)/,
  },
  {
    name: 'changes its role',
    weight: 3,
    regex:
      /\b(?:do anything now|developer mode|debug mode|god mode|jailbreak|dan mode|sudo mode|maintenance mode|unfiltered mode|opposite mode|evil mode)\b/,
  },
  {
    name: 'forges a message',
    weight: 3,
    regex:
      /<\|(?:im_start|im_end|system|assistant|endoftext|start_header_id)\|?>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|assistant|instructions?)(?:_prompt|_message)?>/,
  },
  {
    name: 'forges a message',
    weight: 2,
    regex:
      /(?:^|\n)\s{0,4}(?:#{1,4} ?|\*{2})?(?:system|assistant|developer|admin(?:istrator)?)(?: (?:message|prompt|override|note|notice))?(?:\*{2})?\s?:/,
  },
  {
    name: 'forges a message',
    weight: 2,
    regex:
      /\b(?:new|updated|revised|real|actual|important|urgent) (?:system )?(?:instructions?|directives?|orders?|rules?)\s?:/,
  },
  {
    name: 'claims authority',
    weight: 3,
    regex:
      /\b(?:i am|this is|i'm|message from|on behalf of) (?:the|your|an?)?\s?(?:developer|administrator|admin|creator|openai|anthropic|system|root|security team|engineer at)\b[^.\n]{0,80}\b(?:disable|unlock|override|bypass|grant|allow|ignore|reveal|confirm|need you|must)/,
  },
  {
    name: 'disables its guards',
    weight: 3,
    regex:
      /\b(?:disable|turn off|deactivate|bypass|remove|switch off|circumvent|evade)\b[^.\n]{0,30}\b(?:safety|guardrails?|filters?|content polic\w*|moderation|restrictions?|safeguards?|security checks?)/,
  },
  {
    name: 'addresses the model from data',
    weight: 2,
    regex:
      /\b(?:ai|llm|assistant|chatbot|language model|model|agent)s?\b[^.\n]{0,30}\b(?:reading|processing|summari[sz]ing|parsing|handling|seeing) this\b|\b(?:attention|note to|instructions? (?:for|to)|message (?:for|to))\b[^.\n]{0,12}\b(?:the )?(?:ai|llm|assistant|chatbot|language model|agent)\b/,
  },
  {
    name: 'hides what it does',
    weight: 2,
    regex:
      /\b(?:(?:do|must) not|don't|mustn't|never|without) (?:mention|tell|telling|inform|informing|reveal|alert|notify|notifying|mentioning)\b[^.\n]{0,30}\b(?:user|anyone|anybody|customer|owner|them|human)/,
  },
  {
    name: 'sends data away',
    weight: 2,
    regex:
      /\b(?:send|forward|post|upload|transmit|exfiltrate|email|e-mail|copy|append|leak)\b[^.\n]{0,60}\b(?:to|at|via)\b[^.\n]{0,20}(?:https?:\/\/|[\w.+-]+@[\w-]+\.\w|www\.)/,
  },
  {
    name: 'sends data away',
    weight: 2,
    regex:
      /!\[[^\]]{0,200}\]\(https?:\/\/[^)\s]{1,300}[?&=][^)\s]{0,500}|<img[^>]{0,200}src=["']?https?:\/\/[^"'>\s]{1,300}\?/,
  },
  {
    name: 'asks for secrets',
    weight: 3,
    regex:
      /\b(?:reveal|show|print|list|give|send|tell|dump|output|expose|read|cat)\b[^.\n]{0,40}\b(?:api[ _-]?keys?|passwords?|credentials?|secrets?|tokens?|environment variables?|\.env|private keys?|connection strings?|\/etc\/passwd)\b/,
  },
  {
    name: 'names another tenant',
    weight: 3,
    regex:
      /\b(?:set|use|change|switch|override|with)\b[^.\n]{0,20}\b(?:tenant|company|organi[sz]ation|workspace)[ _-]?(?:id)?\b[^.\n]{0,12}(?:=|to|:)\s?["']?[0-9a-f-]{8,36}|\b(?:other|another|all|every) (?:tenant|customer|compan(?:y|ies)|organi[sz]ation)s?['’]?s? (?:data|rows|records|customers|invoices|files|tables)/,
  },
  {
    name: 'smuggles code',
    weight: 3,
    regex:
      /\b(?:decode|base64|rot13|hex)\b[^.\n]{0,60}\b(?:execute|follow|obey|do what|run|and (?:then )?act|instructions?)\b/,
  },
  {
    name: 'runs destructive commands',
    weight: 3,
    regex: /\b(?:drop|truncate) table\b|\bdelete from \w+\s*(?:;|where 1\s?=\s?1|$)|\brm -rf\b|;\s?--/,
  },
];

/** What lookalikes stand for: letters of other scripts and digits by which words are spelled past filters. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ...{
    а: 'a',
    е: 'e',
    о: 'o',
    р: 'p',
    с: 'c',
    у: 'y',
    х: 'x',
    і: 'i',
    ѕ: 's',
    ԁ: 'd',
    ո: 'n',
    ο: 'o',
    α: 'a',
    ε: 'e',
    ι: 'i',
    ν: 'v',
  },
  ...{ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' },
};
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\u{e0000}-\u{e007f}]/gu;
const BASE64 = new Set(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((one) => one.charCodeAt(0)),
);
const MIN_BASE64_CHARS = 24;
const MAX_BASE64_RUNS = 20;
/** Any of the signs: most texts have none, and are gone through once instead of once for each. */
const ANY_SIGN = new RegExp(SIGNS.map(({ regex }) => `(?:${regex.source})`).join('|'));

/** What a text says to the model beneath its spelling. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(INVISIBLE, '').toLowerCase();
}

/** The text with lookalikes undone inside words, and with letters that were spaced out put together. */
function unmasked(text: string): string {
  const letters = text.replace(
    /(?<=\p{L})[013457@$]|[013457@$](?=\p{L})|[а-яα-ωіѕԁո]/gu,
    (one) => LOOKALIKES[one] ?? one,
  );
  return letters.replace(/\b(?:\p{L}[ ._-]){3,}\p{L}\b/gu, (word) => word.replace(/[ ._-]/g, ''));
}

/**
 * What lookalikes hide: the lines that say something else once they are undone, each with those beside it. What they say as they are is looked at
 * anyhow, and no sign goes on for longer.
 */
function revealed(read: string): string {
  const lines = read.split('\n');
  const plainer = lines.map(unmasked);
  const isChanged = (at: number): boolean => plainer[at] !== lines[at];
  return plainer.filter((_, at) => isChanged(at) || isChanged(at - 1) || isChanged(at + 1)).join('\n');
}

/** Runs of base64. One has a character at some multiple of its least length, so only there the text is looked at. */
function base64Runs(text: string): string[] {
  const runs: string[] = [];
  const isOne = (at: number): boolean => BASE64.has(text.charCodeAt(at)); // beyond the ends there is none
  for (let at = 0; at < text.length; at += MIN_BASE64_CHARS) {
    if (!isOne(at)) continue;
    let [start, end] = [at, at + 1];
    while (isOne(start - 1)) start -= 1;
    while (isOne(end)) end += 1;
    if (end - start >= MIN_BASE64_CHARS) runs.push(text.slice(start, end));
    at = Math.max(at, end - (end % MIN_BASE64_CHARS));
  }
  return runs;
}

/** Texts that are in the text as base64. */
function decoded(text: string): string {
  const runs = base64Runs(text).flatMap((run) => run.match(/.{24,4000}/g) ?? []);
  const texts = runs.slice(0, MAX_BASE64_RUNS).map((run) => Buffer.from(run, 'base64').toString());
  return texts.filter((one) => /^[\x20-\x7e\s]+$/.test(one)).join('\n');
}

/** How strongly a text tries to command the model, and the signs of it, each once. */
export function injectionScore(text: string): { readonly score: number; readonly signs: readonly string[] } {
  const read = plain(text);
  const hidden = text.search(/[\u{e0000}-\u{e007f}]/u) >= 0;
  const forms = [read, revealed(read), plain(decoded(text))].filter((form) => ANY_SIGN.test(form));
  const found = SIGNS.filter(({ regex }) => forms.some((form) => regex.test(form)));
  const signs = [...new Set(found.map(({ name }) => name)), ...(hidden ? ['hides text'] : [])];
  return { score: found.reduce((sum, { weight }) => sum + weight, hidden ? 3 : 0), signs };
}
