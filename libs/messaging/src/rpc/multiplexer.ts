import { randomBytes } from 'node:crypto';
import { Fault } from '@tenantry/kernel';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { Deadlines, type Deadline } from '../bus/deadlines.js';
import { answererOf, answerSubject } from '../bus/subjects.js';

/** Somebody who waits for answers. */
export interface Exchange {
  /** The subject of the request, to know whom a refusal concerns. */
  readonly subject: string;
  /** Where it is answered; empty until it is open. */
  replyTo: string;
  receive(message: Msg): void;
  /** Called at most once, and nothing after it. */
  fail(fault: Fault): void;
}

interface Waiting {
  readonly exchange: Exchange;
  readonly deadline: Deadline;
}

const NO_RESPONDERS = 503;

/** Nobody answers now; the caller may try again in a moment. */
export const unavailable = (cause: string): Fault => new Fault('unavailable', { retryAfterS: 1, cause });

/**
 * Routes answers to whoever waits for them: one subscription and one map, no promise or timer of the client library per
 * request. A lost connection or a refused publish fails the exchanges it concerns at once.
 */
export class ReplyMultiplexer {
  private readonly waiting = new Map<string, Waiting>();
  private readonly deadlines = new Deadlines();
  private readonly process = randomBytes(12).toString('base64url');
  private readonly subscription: Subscription;
  private readonly stopListening: () => void;
  private counter = 0;

  constructor(
    private readonly bus: Bus,
    private readonly maxWaiting: number,
  ) {
    this.subscription = bus.subscribe(this.answersFrom('*', '*'), (message) => this.route(message));
    this.stopListening = bus.onChange((change) => {
      if (change.kind === 'lost') this.failAll(() => true, 'the connection to NATS was lost');
      if (change.kind === 'refused') this.failAll((subject) => subject === change.subject, 'NATS refused the publish');
    });
  }

  /** How many exchanges wait for an answer. */
  get size(): number {
    return this.waiting.size;
  }

  /** Gives an exchange the subject on which it is answered. @throws Fault `unavailable` when too many wait already or the connection is down */
  open(exchange: Exchange, deadlineAtMs: number): void {
    if (!this.bus.connected) throw unavailable('not connected to NATS');
    if (this.waiting.size >= this.maxWaiting) throw unavailable('too many calls wait for an answer');
    const replyTo = this.answersFrom(answererOf(exchange.subject), (this.counter++).toString(36));
    const deadline = this.deadlines.set(deadlineAtMs, () => this.fail(replyTo, new Fault('deadline-exceeded')));
    this.waiting.set(replyTo, { exchange, deadline });
    exchange.replyTo = replyTo;
  }

  /** Ends an exchange; what still comes for it is dropped. */
  close({ replyTo }: Pick<Exchange, 'replyTo'>): void {
    const waiting = this.waiting.get(replyTo);
    if (!waiting) return;
    this.waiting.delete(replyTo);
    this.deadlines.callOff(waiting.deadline);
  }

  /** Fails an exchange that still waits. */
  fail(replyTo: string, fault: Fault): void {
    const waiting = this.waiting.get(replyTo);
    this.close({ replyTo });
    waiting?.exchange.fail(fault);
  }

  /** Fails whoever still waits and stops listening. */
  shutDown(): void {
    this.failAll(() => true, 'the client was closed');
    this.stopListening();
    this.deadlines.close();
    this.subscription.unsubscribe();
  }

  private route(message: Msg): void {
    const { subject } = message;
    const waiting = this.waiting.get(subject);
    if (!waiting) return;
    if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) {
      this.fail(subject, unavailable(`nobody answers ${waiting.exchange.subject}`));
    } else {
      waiting.exchange.receive(message);
    }
  }

  private answersFrom(service: string, call: string): string {
    return answerSubject(this.bus.service, this.process, service, call);
  }

  private failAll(concerns: (subject: string) => boolean, cause: string): void {
    for (const [replyTo, { exchange }] of [...this.waiting])
      if (concerns(exchange.subject)) this.fail(replyTo, unavailable(cause));
  }
}
