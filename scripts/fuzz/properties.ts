import type { Operation } from '@tenantry/contracts';
import { reasons } from '@tenantry/kernel';
import type { Case } from './case.js';
import type { RawAnswer, RawRequest } from './http.js';
import { CANARY, type World } from './world.js';

/** What an answer did that no answer may do. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Every problem has these members (RFC 9457 and our own). */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
}

const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The reasons for which an operation may be unable to answer although nothing is wrong with it. */
const DOCUMENTED_503: ReadonlySet<string> = new Set(['statement-timeout', 'unavailable']);

/** Traces of the inside: stacks, paths, SQL, names of errors, what JavaScript prints for what is not there. */
const INSIDES: readonly RegExp[] = [
  /\bat (?:async )?[\w.<>]+ \(/,
  /\b[\w./-]+\.[cm]?[jt]s:\d+/,
  /node_modules|\/services\/|\/libs\/|\/dist\//,
  /\b(?:TypeError|RangeError|ReferenceError|SyntaxError|StatementError|NatsError|DatabaseError)\b/,
  /\bECONN\w+|\bERR_[A-Z_]+|\bFST_[A-Z_]+/,
  /\bselect\b[^"]{1,200}\bfrom\b|\binsert into [\w."]+|\bupdate [\w."]+ set\b|\bdelete from [\w."]+/i,
  /syntax error at or near|(?:relation|column|function|role|schema) "[^"]*" (?:does not|already)|violates .{0,40}constraint/i,
  /\bpg_\w+|set_config|search_path|current_setting/,
  /\[object \w+\]|\bundefined\b/,
];

/** Checks what holds for every answer. @throws Broken */
export function checkAnswer(operation: Operation, one: Case, sent: RawRequest, answer: RawAnswer, world: World): void {
  if (answer.status >= 500 && answer.status !== 503) throw new Broken(`answered ${answer.status}: ${answer.text}`);
  if (answer.status < 200 || (answer.status >= 300 && answer.status < 400))
    throw new Broken(`answered ${answer.status}`);
  if (one.method === 'HEAD') return;
  if (answer.status >= 400) checkProblem(answer, sent);
  else if (one.kind === 'near') throw new Broken(`took what is wrong with ${one.field}: ${answer.status}`);
  if (one.kind === 'near') checkNamed(one, problemOf(answer));
  if (operation.scope !== 'platform') checkStranger(sent, answer, world);
}

/** The parsed problem document. @throws Broken when it is none */
export function problemOf({ status, headers, text }: RawAnswer): Problem {
  const type = String(headers['content-type']);
  if (!type.startsWith('application/problem+json')) throw new Broken(`${status} as ${type}: ${text.slice(0, 200)}`);
  try {
    return JSON.parse(text) as Problem;
  } catch {
    throw new Broken(`${status} is no JSON: ${text.slice(0, 200)}`);
  }
}

function checkProblem(answer: RawAnswer, sent: RawRequest): void {
  const problem = problemOf(answer);
  if (!isWhole(problem, answer)) throw new Broken(`not a whole problem: ${answer.text}`);
  const { type, status, code, errors } = problem;
  const reason = checkReason(type, code, status, answer.text);
  if (status === 503 && !DOCUMENTED_503.has(reason)) throw new Broken(`503: ${answer.text}`);
  if (status === 422 && !errors.some(({ field }) => field !== ''))
    throw new Broken(`422 names no field: ${answer.text}`);
  if ((status === 429 || status === 503) && !(Number(answer.headers['retry-after']) > 0))
    throw new Broken(`${status} without Retry-After`);
  checkInsides(answer.text, sent);
}

function isWhole({ status, title, detail, requestId, errors }: Problem, answer: RawAnswer): boolean {
  return (
    status === answer.status &&
    [title, detail].every((text) => typeof text === 'string' && text !== '') &&
    requestId === answer.headers['tenantry-request-id'] &&
    REQUEST_ID.test(requestId) &&
    Array.isArray(errors) &&
    errors.every((error) => typeof error.field === 'string' && typeof error.message === 'string')
  );
}

/** On the row API `code` is what PostgREST's clients expect; the type always ends with our own reason. */
function checkReason(type: string, code: string, status: number, text: string): string {
  const reason = /^urn:tenantry:problem:([a-z-]+)$/.exec(type)?.[1] ?? '';
  const known = Object.hasOwn(reasons, reason) ? reasons[reason as keyof typeof reasons] : undefined;
  if (known?.status !== status) throw new Broken(`${type} is no reason for ${status}: ${text}`);
  if (code !== reason && !/^(PGRST\d{3}|[0-9A-Z]{5})$/.test(code)) throw new Broken(`an unknown code: ${text}`);
  return reason;
}

/** What the caller wrote may come back; what they did not write must not. */
function checkInsides(text: string, { target, body, headers }: RawRequest): void {
  const wrote = `${target} ${safeDecode(target)} ${body?.toString() ?? ''} ${Object.values(headers).join(' ')}`;
  for (const inside of INSIDES) {
    const found = inside.exec(text)?.[0];
    if (found !== undefined && !wrote.includes(found) && !inside.test(wrote))
      throw new Broken(`shows its inside (${found}): ${text}`);
  }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function checkNamed({ field = '' }: Case, { status, errors }: Problem): void {
  const isNamed = errors.some(
    ({ field: named }) => named !== '' && (named.startsWith(field) || field.startsWith(named)),
  );
  if (status !== 422 || !isNamed)
    throw new Broken(`${status} does not name ${field}: ${errors.map(({ field: named }) => named).join(', ')}`);
}

/** Nothing of tenant B in an answer to anybody but the platform's staff, unless the caller brought it. */
function checkStranger({ target, body, headers }: RawRequest, { text }: RawAnswer, world: World): void {
  const wrote = `${safeDecode(target)} ${body?.toString() ?? ''} ${Object.values(headers).join(' ')}`;
  for (const trace of [CANARY, world.b.id]) {
    if (text.includes(trace) && !wrote.includes(trace)) throw new Broken(`shows tenant B: ${text}`);
  }
}

/**
 * The same request again has the same kind of answer: what was refused is refused, and a look gives the same look.
 * @throws Broken
 */
export function checkAgain(one: Case, first: RawAnswer, second: RawAnswer): void {
  const [before, after] = [first, second].map(({ status }) => Math.floor(status / 100));
  const isSettled = before === 4 || one.method === 'GET';
  if (isSettled && before !== after && first.status !== 503 && second.status !== 503)
    throw new Broken(
      `${first.status} first and ${second.status} then: ${first.text.slice(0, 500)} ${second.text.slice(0, 500)}`,
    );
}
