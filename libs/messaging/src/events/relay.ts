import {
  HOME_CELL,
  markPublished,
  pruneMessages,
  takeOutbox,
  type Doors,
  type OutboxMessage,
} from '@tenantry/database';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import type { ServiceDefinition } from '../definition/define-service.js';
import { DirectoryWriter } from '../directory/writer.js';
import { publishEvent } from './publish-event.js';
import { WakeLoop, type Step } from './wake-loop.js';

/** What a relay needs. */
export interface RelayOptions {
  readonly bus: Bus;
  readonly definition: ServiceDefinition;
  readonly doors: Doors;
  readonly log: Log;
  /** The cells whose outbox it drains; the home cell unless said otherwise. */
  readonly cells?: readonly string[];
}

/** A message that has arrived, an event with its place in the stream. */
export interface Sent {
  readonly position: bigint;
  readonly streamSequence: number | null;
}

const BATCH = 200;
const PRUNE_EVERY_MS = 10 * 60_000;

/**
 * Drains a service's outbox into the event stream and the directories. Rows are locked while they are sent and marked in
 * the same transaction: a relay that dies in between sends them again under the same message id, and JetStream or the
 * inbox drops the second copy. Any number of relays may run.
 */
export class Relay {
  private readonly role: string;
  private readonly directories: DirectoryWriter;
  private readonly loops: readonly { readonly cell: string; readonly loop: WakeLoop }[];
  private pruneTimer: NodeJS.Timeout | null = null;

  constructor(private readonly options: RelayOptions) {
    this.role = `${options.bus.service}_relay`;
    this.directories = new DirectoryWriter(options.bus, options.definition.buckets);
    this.loops = (options.cells ?? [HOME_CELL]).map((cell) => ({
      cell,
      loop: new WakeLoop(() => this.drain(cell), options.log),
    }));
  }

  /** Listens for new rows, and looks every second in case a notification was lost. */
  async start(): Promise<void> {
    const { control } = this.options.doors;
    await Promise.all(this.loops.map(({ cell, loop }) => loop.start((wake) => control.onOutbox(wake, cell))));
    this.pruneTimer = setInterval(() => void this.prune(), PRUNE_EVERY_MS);
    this.pruneTimer.unref();
  }

  /** Finishes the batch in hand. What is left waits in the outbox. */
  async stop(): Promise<void> {
    if (this.pruneTimer) clearInterval(this.pruneTimer);
    await Promise.all(this.loops.map(({ loop }) => loop.stop()));
  }

  /** Sends one batch. */
  private async drain(cell: string): Promise<Step> {
    const { bus, doors } = this.options;
    if (!bus.connected) return 'retry';
    return doors.control.job(this.role).transaction(
      async (tx) => {
        const messages = await takeOutbox(tx, BATCH);
        if (messages.length === 0) return 'idle';
        const sent = await this.send(messages);
        if (sent.length > 0) markPublished(tx, sent);
        if (sent.length < messages.length) return 'retry';
        return messages.length === BATCH ? 'more' : 'idle';
      },
      { cell },
    );
  }

  private async send(messages: readonly OutboxMessage[]): Promise<Sent[]> {
    const events = messages
      .filter(({ kind }) => kind === 'event')
      .map((message) => publishEvent(this.options.bus, message));
    const entries = this.directories.write(messages.filter(({ kind }) => kind === 'directory'));
    const settled = await Promise.allSettled([...events, ...entries]);
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed)
      this.options.log.warn({ err: failed.reason as unknown }, 'Some messages of the outbox could not be sent yet');
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  private async prune(): Promise<void> {
    try {
      await this.options.doors.control.job(this.role).transaction((tx) => pruneMessages(tx));
    } catch (err) {
      this.options.log.warn({ err }, 'Old messages could not be removed');
    }
  }
}
