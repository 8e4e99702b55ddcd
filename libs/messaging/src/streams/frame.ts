import { Fault, fromFaultMessage, toFaultMessage, type FaultMessage } from '@tenantry/kernel';

/** What a message of a stream is. The two ends of a stream speak in frames once it is open. */
export const Kind = {
  /** A piece of the body; `number` counts them from 0. */
  data: 0,
  /** The body is complete; `number` is how many pieces it had. */
  end: 1,
  /** The other end gave up; the data is a FaultMessage. */
  cancel: 2,
  /** `number` pieces may be sent in all. */
  credit: 3,
  /**
   * Still there, and how far: of whom the body comes from, `number` is how many pieces it has sent, the end counted as one; of whom it goes
   * to, how many may be sent in all. So either end notices what was lost.
   */
  keep: 4,
  /** The answer to an upload, or to who asks after a stream that is over; its headers are those of any answer. */
  answer: 5,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** One message of a stream: kind (1 byte), number (4 bytes, big endian), data. */
export interface Frame {
  readonly kind: Kind;
  readonly number: number;
  readonly data: Uint8Array;
}

const HEAD_BYTES = 5;
const NO_DATA = new Uint8Array(0);

/** The largest piece of a body in one frame. */
export const MAX_PIECE_BYTES = 64 * 1024;
/** How many pieces may be on their way or waiting to be read; times MAX_PIECE_BYTES, the memory a stream may take. */
export const WINDOW_PIECES = 16;

/** How many pieces the caller of a streamed answer takes without having asked for them; none when it says nothing of it. */
export function windowOf(header: string | undefined): number {
  const pieces = Number(header ?? 0);
  return Number.isInteger(pieces) ? Math.min(Math.max(0, pieces), WINDOW_PIECES) : 0;
}

export function encodeFrame(kind: Kind, number: number, data: Uint8Array = NO_DATA): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + data.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, number);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

/** Reads a frame; the data is a view of the message. @throws Fault `malformed-request` */
export function decodeFrame(bytes: Uint8Array): Frame {
  const kind = bytes[0];
  if (kind === undefined || kind > Kind.answer || bytes.length < HEAD_BYTES) {
    throw new Fault('malformed-request', { cause: 'not a frame of a stream' });
  }
  const number = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES).getUint32(1);
  return { kind: kind as Kind, number, data: bytes.subarray(HEAD_BYTES) };
}

/** The frame that carries an answer; its headers go with the message. */
export const answerFrame = (payload: Uint8Array): Uint8Array => encodeFrame(Kind.answer, 0, payload);

/** The frame that tells the other end why this one gave up. */
export function cancelFrame(fault: Fault): Uint8Array {
  return encodeFrame(Kind.cancel, 0, Buffer.from(JSON.stringify(toFaultMessage(fault))));
}

/** The fault in a cancel frame. */
export function faultOf(frame: Frame): Fault {
  try {
    return fromFaultMessage(JSON.parse(Buffer.from(frame.data).toString()) as FaultMessage);
  } catch (cause) {
    return new Fault('cancelled', { cause });
  }
}
