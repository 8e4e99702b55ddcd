import type { Finding } from './finding.js';

const PATTERNS: readonly { readonly what: string; readonly regex: RegExp }[] = [
  { what: 'api-key', regex: /(?<![\w-])(?:sk|rk|pk)[-_](?:[A-Za-z]{2,12}[-_]){0,3}[A-Za-z0-9_-]{16,200}/g },
  { what: 'api-key', regex: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g },
  { what: 'api-key', regex: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g },
  { what: 'access-token', regex: /(?<!\w)gh[pousr]_[A-Za-z0-9]{36,255}(?!\w)/g },
  { what: 'access-token', regex: /(?<!\w)github_pat_\w{22,255}/g },
  { what: 'access-token', regex: /(?<![\w-])glpat-[\w-]{20,64}/g },
  { what: 'access-token', regex: /(?<![\w-])xox[abeoprs]-[\w-]{10,250}/g },
  { what: 'access-token', regex: /(?<![\w.-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{8,2000}/g },
  {
    what: 'private-key',
    regex:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----(?:[^-]|-(?!----)){0,16000}(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----)?/g,
  },
  {
    what: 'connection-string',
    regex:
      /\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|nats):\/\/[^\s:/@]{1,100}:[^\s:/@]{1,200}@[^\s]{1,300}/g,
  },
  {
    what: 'password',
    regex:
      /\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token)["']?\s{0,3}[:=]\s{0,3}["']?(?=[^\s"']{0,64}\d)[^\s"',;]{8,64}/gi,
  },
];

/** Beginnings of secrets: while a stream ends with one of them, or with a part of one, more must come before it is let go. */
export const SECRET_BEGINNINGS: readonly string[] = [
  ...[
    'sk-',
    'sk_',
    'rk-',
    'rk_',
    'pk-',
    'pk_',
    'AKIA',
    'ASIA',
    'AIza',
    'ghp_',
    'gho_',
    'ghu_',
    'ghs_',
    'ghr_',
    'github_pat_',
  ],
  ...['glpat-', 'xox', 'eyJ', '-----BEGIN', 'postgres', 'mysql', 'mongodb', 'redis:', 'amqp', 'nats:'],
];

/** Keys, tokens, private keys and passwords in a text, by the forms that their issuers give them. */
export function findSecrets(text: string): Finding[] {
  return PATTERNS.flatMap(({ what, regex }) =>
    [...text.matchAll(regex)].map(({ index, 0: match }) => ({ start: index, end: index + match.length, what })),
  );
}
