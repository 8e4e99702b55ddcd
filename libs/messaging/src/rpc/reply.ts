import type { FaultMessage, Fault } from '@tenantry/kernel';
import { toFaultMessage } from '@tenantry/kernel';
import type { MsgHdrs } from '@nats-io/transport-node';
import { Header, makeHeaders, readHeaders } from '../bus/headers.js';

/** An answer as it came over the bus. */
export interface RawReply {
  /** The printed answer; empty when it is a fault or a stream. */
  readonly payload: Uint8Array;
  readonly fault: FaultMessage | null;
  /** The HTTP status, when the handler named one. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  /** The bytes of a streamed answer; ending the loop early cancels it. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

const NOTHING = new Uint8Array(0);

/** Reads an answer. Most have no headers and cost nothing but this object. */
export function readReply(headers: MsgHdrs | undefined, payload: Uint8Array): RawReply {
  if (!headers) return { payload, fault: null, status: null, headers: null, body: null };
  const found = readHeaders(headers);
  if (found[Header.fault]) return faultReplyOf(readFault(payload));
  const { [Header.status]: status, [Header.headers]: named } = found;
  return {
    payload,
    fault: null,
    status: status ? Number(status) : null,
    headers: named ? (JSON.parse(named) as Record<string, string>) : null,
    body: null,
  };
}

/** A fault of our own as if it had come over the bus. */
export function faultReply(fault: Fault): RawReply {
  return faultReplyOf(toFaultMessage(fault));
}

function readFault(payload: Uint8Array): FaultMessage {
  return JSON.parse(Buffer.from(payload).toString()) as FaultMessage;
}

function faultReplyOf(fault: FaultMessage): RawReply {
  return { payload: NOTHING, fault, status: null, headers: null, body: null };
}

/** An answer as a handler's side sends it. */
export interface Answer {
  readonly payload: Uint8Array | string;
  readonly fault?: boolean;
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The bytes of a streamed answer; the payload is empty then. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** The headers of an answer, if it needs any. */
export function replyHeaders(answer: Answer, stream?: string): MsgHdrs | undefined {
  const { fault, status, headers } = answer;
  if (!fault && status === undefined && headers === undefined && stream === undefined) return undefined;
  return makeHeaders({
    [Header.fault]: fault ? '1' : undefined,
    [Header.status]: status?.toString(),
    [Header.headers]: headers ? JSON.stringify(headers) : undefined,
    [Header.stream]: stream,
  });
}

/** The answer that carries a fault; its cause stays behind. */
export function faultAnswer(fault: Fault): Answer {
  return { payload: JSON.stringify(toFaultMessage(fault)), fault: true };
}

/** An answer's payload as it goes over the bus. */
export const bytesOf = ({ payload }: Answer): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;

/** An answer that did not cross the bus, as the other side would have read it. */
export function toRawReply(answer: Answer): RawReply {
  const payload = bytesOf(answer);
  if (answer.fault) return faultReplyOf(readFault(payload));
  return {
    payload,
    fault: null,
    status: answer.status ?? null,
    headers: answer.headers ?? null,
    body: answer.body ?? null,
  };
}
