import type { NatsConnection, PublishOptions } from '@nats-io/transport-node';

/** A message on its way out. */
export interface OutgoingMessage {
  readonly subject: string;
  readonly payload: Uint8Array | string;
  readonly options: PublishOptions;
  /** Told when the connection is closed, or takes no message like this; what the server refuses shows as a `BusChange`. */
  readonly onError: (error: unknown) => void;
}

/**
 * The messages of one turn of the event loop, written together: under load a write to the socket costs more than all that
 * leads to it, and when there is none the turn ends at once.
 */
export class Outgoing {
  private waiting: OutgoingMessage[] = [];

  constructor(private readonly connection: NatsConnection) {}

  send(message: OutgoingMessage): void {
    if (this.waiting.push(message) === 1) setImmediate(() => this.flush());
  }

  /** Writes what waits, now. */
  flush(): void {
    const messages = this.waiting;
    this.waiting = [];
    for (const message of messages) this.publish(message);
  }

  private publish({ subject, payload, options, onError }: OutgoingMessage): void {
    try {
      this.connection.publish(subject, payload, options);
    } catch (error) {
      onError(error);
    }
  }
}
