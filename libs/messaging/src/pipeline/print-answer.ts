import { printMessage, Reply, type Operation } from '@tenantry/contracts';
import type { Answer } from '../rpc/reply.js';

/** What a handler may return. */
export type Result = object | Reply<object> | null | undefined;

const isStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** Prints what a handler returned; nothing that the contract does not name leaves. */
export function printAnswer(operation: Operation, result: Result): Answer {
  if (!(result instanceof Reply)) return { payload: printBody(operation, result) };
  const { status, headers } = result;
  const body: unknown = result.body;
  if (body instanceof Uint8Array) return { payload: body, status, headers };
  if (isStream(body)) return { payload: '', status, headers, body };
  return { payload: body === null ? '' : printBody(operation, body as object), status, headers };
}

function printBody(operation: Operation, body: object | null | undefined): string {
  return JSON.stringify(printMessage(operation.output, body ?? {}));
}

/** Marks the text of an answer with a status or headers; no JSON begins with it. */
const WITH_HEAD = '!';

/** The text under which an idempotent answer is kept; raw bytes are text too. @throws TypeError for a stream */
export function answerText(operation: Operation, result: Result): string {
  const { payload, status, headers, body } = printAnswer(operation, result);
  if (body) throw new TypeError(`${operation.name} is idempotent, so its answer can't be a stream`);
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString();
  if (status === undefined && headers === undefined) return text;
  return `${WITH_HEAD}${JSON.stringify({ status, headers })}\n${text}`;
}

/** The answer that was kept as `answerText`. */
export function answerFromText(text: string): Answer {
  if (!text.startsWith(WITH_HEAD)) return { payload: text };
  const lineEnd = text.indexOf('\n');
  const head = JSON.parse(text.slice(WITH_HEAD.length, lineEnd)) as Pick<Answer, 'status' | 'headers'>;
  return { ...head, payload: text.slice(lineEnd + 1) };
}
