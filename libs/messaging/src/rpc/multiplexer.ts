import { randomBytes } from 'node:crypto';
import { Fault } from '@tenantry/kernel';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { Deadlines, type Deadline } from '../bus/deadlines.js';
import { inboxPrefix } from '../bus/subjects.js';

/** Somebody who waits for answers. */
export interface Exchange {
  /** The subject of the request, to know whom a refusal concerns. */
  readonly subject: string;
  receive(message: Msg): void;
  /** Called at most once, and nothing after it. */
  fail(fault: Fault): void;
}

interface Waiting {
  readonly exchange: Exchange;
  readonly deadline: Deadline;
}

/** What an exchange publishes its request with. */
export interface Ticket {
  readonly token: string;
  /** The reply subject. A stream adds `-<n>` for each further message that it allows. */
  readonly replyTo: string;
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
  private readonly prefix: string;
  private readonly subscription: Subscription;
  private readonly stopListening: () => void;
  private counter = 0;

  constructor(
    private readonly bus: Bus,
    private readonly maxWaiting: number,
  ) {
    this.prefix = `${inboxPrefix(bus.service)}.${randomBytes(12).toString('base64url')}.`;
    this.subscription = bus.subscribe(`${this.prefix}*`, (message) => this.route(message));
    this.stopListening = bus.onChange((change) => {
      if (change.kind === 'lost') this.failAll(() => true, 'the connection to NATS was lost');
      if (change.kind === 'refused') this.failAll((subject) => subject === change.subject, 'NATS refused the publish');
    });
  }

  /** How many exchanges wait for an answer. */
  get size(): number {
    return this.waiting.size;
  }

  /** @throws Fault `unavailable` when too many wait already or the connection is down */
  open(exchange: Exchange, deadlineAtMs: number): Ticket {
    if (!this.bus.connected) throw unavailable('not connected to NATS');
    if (this.waiting.size >= this.maxWaiting) throw unavailable('too many calls wait for an answer');
    const token = (this.counter++).toString(36);
    const deadline = this.deadlines.set(deadlineAtMs, () => this.fail(token, new Fault('deadline-exceeded')));
    this.waiting.set(token, { exchange, deadline });
    return { token, replyTo: this.prefix + token };
  }

  /** Ends an exchange; what still comes for it is dropped. */
  close(token: string): void {
    const waiting = this.waiting.get(token);
    if (!waiting) return;
    this.waiting.delete(token);
    this.deadlines.callOff(waiting.deadline);
  }

  /** Fails an exchange that still waits. */
  fail(token: string, fault: Fault): void {
    const waiting = this.waiting.get(token);
    this.close(token);
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
    const rest = message.subject.slice(this.prefix.length);
    const waiting = this.waiting.get(rest) ?? this.waiting.get(rest.slice(0, Math.max(rest.indexOf('-'), 0)));
    if (!waiting) return;
    if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) {
      this.fail(rest.split('-', 1)[0] as string, unavailable(`nobody answers ${waiting.exchange.subject}`));
    } else {
      waiting.exchange.receive(message);
    }
  }

  private failAll(concerns: (subject: string) => boolean, cause: string): void {
    for (const [token, { exchange }] of [...this.waiting])
      if (concerns(exchange.subject)) this.fail(token, unavailable(cause));
  }
}
