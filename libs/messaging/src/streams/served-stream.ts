import { Fault } from '@tenantry/kernel';
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { MAX_SILENCE_MS } from './caller-line.js';
import { decodeFrame, encodeFrame, faultOf, Kind, WINDOW_PIECES, type Frame } from './frame.js';

/** Who handles what the caller of a stream says. */
export interface StreamHandler {
  /** A data, end or credit frame. */
  take(frame: Frame): void;
  /** The caller gave up, broke the rules or went silent. */
  lost(fault: Fault): void;
}

interface Outgoing {
  readonly frame: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

const MAX_SLOTS = 2 * WINDOW_PIECES;
const ANSWER_EXPIRY_MS = 240_000;

/**
 * The service's end of one stream. It may send one frame for each message that it got (a slot), and keeps one slot back
 * for its last word, so that a cancel or an answer never waits for the caller.
 */
export class ServedStream {
  private slots: { readonly replyTo: string; readonly atMs: number }[] = [];
  private last: Outgoing | null = null;
  private lastHeardAtMs = Date.now();

  constructor(
    private readonly bus: Bus,
    readonly chunkSubject: string,
    private readonly handler: StreamHandler,
    private readonly onOver: () => void,
  ) {}

  /** Takes one message of the caller. */
  receive(message: Msg): void {
    this.lastHeardAtMs = Date.now();
    if (message.reply) this.slots.push({ replyTo: message.reply, atMs: this.lastHeardAtMs });
    if (this.slots.length > MAX_SLOTS) this.slots.shift();
    if (this.last) return this.sendLast();
    try {
      this.handle(decodeFrame(message.data));
    } catch (error) {
      this.lose(error as Fault);
    }
  }

  /** Sends a frame if a slot is free; frames that must arrive are sent by right of a credit, which brings a slot. */
  send(frame: Uint8Array): void {
    if (this.slots.length > 1) this.publish({ frame, headers: undefined });
  }

  /** Sends the last frame and ends the stream; waits for a slot when the caller has not said anything yet. */
  end(frame: Uint8Array, headers?: MsgHdrs): void {
    if (this.last) return;
    this.last = { frame, headers };
    this.sendLast();
  }

  /** The stream has ended well. */
  close(): void {
    this.onOver();
  }

  /** Gives a silent caller up. */
  checkSilence(nowMs: number): void {
    if (nowMs - this.lastHeardAtMs > MAX_SILENCE_MS)
      this.lose(new Fault('cancelled', { cause: 'the caller went silent' }));
  }

  private lose(fault: Fault): void {
    this.onOver();
    this.handler.lost(fault);
  }

  private handle(frame: Frame): void {
    if (frame.kind === Kind.keep) this.send(encodeFrame(Kind.keep, 0));
    else if (frame.kind === Kind.cancel) this.lose(faultOf(frame));
    else this.handler.take(frame);
  }

  private sendLast(): void {
    if (!this.last || this.slots.length === 0) return;
    this.publish(this.last);
    this.onOver();
  }

  private publish({ frame, headers }: Outgoing): void {
    const now = Date.now();
    let slot = this.slots.shift();
    // NATS forgets a leave to answer after a while; a newer one is always there, as callers keep alive.
    while (slot && now - slot.atMs > ANSWER_EXPIRY_MS && this.slots.length > 0) slot = this.slots.shift();
    if (slot) this.bus.connection.publish(slot.replyTo, frame, { headers });
  }
}
