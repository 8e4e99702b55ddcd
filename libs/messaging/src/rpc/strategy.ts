import { Fault, type Clock } from '@tenantry/kernel';
import type { Operation } from '@tenantry/contracts';
import type { Doors } from '@tenantry/database';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { Header, readHeaders } from '../bus/headers.js';
import type { Log } from '../bus/log.js';
import { isAnswerOf } from '../bus/subjects.js';
import type { ContextVerifier } from '../context/verifier.js';
import type { ServiceDefinition } from '../definition/define-service.js';
import { HandlerTable, type Registered } from '../definition/handler-table.js';
import type { Directories } from '../directory/directories.js';
import { BatchRunner } from '../events/batch-runner.js';
import { ReactionRunner } from '../events/reaction-runner.js';
import { AccessLog } from '../pipeline/access-log.js';
import { OperationPipeline, type OperationHandler } from '../pipeline/pipeline.js';
import { Schedules } from '../schedule/schedules.js';
import { ServedStreams } from '../streams/served-streams.js';
import { ServedCall } from './served-call.js';
import { unavailable } from './multiplexer.js';
import { faultAnswer, replyHeaders, type Answer } from './reply.js';

const HEADER_ROOM_BYTES = 8_192;
/** How long handlers that were cut may take to come back. */
const CUT_GRACE_MS = 1_000;

/** What the transport of one service needs. */
export interface StrategyOptions {
  readonly bus: Bus;
  readonly definition: ServiceDefinition;
  readonly verifier: ContextVerifier;
  /** Where a tenant's rows are, for reactions; a service that does not watch tenants works on the home cell. */
  readonly directories: Directories;
  /** Null for a service without a database: it has no reactions, schedules or access log. */
  readonly doors: Doors | null;
  readonly log: Log;
  readonly clock?: Clock;
  /** Calls handled at the same time, streams that have begun left out; beyond it callers are asked to come back. Default 1,000. */
  readonly maxInFlight?: number;
  /** Streams open at the same time. Default: what the definition says, else 256. */
  readonly maxStreams?: number;
  /** How long a shutdown waits for what is in flight. Default 10,000. */
  readonly drainTimeoutMs?: number;
  /** Pauses after the first, second, … failure of a reaction. */
  readonly retryPausesMs?: readonly number[];
}

/**
 * The Nest transport: `NestFactory.createMicroservice(module, { strategy })`. One queue subscription takes every call of
 * the service; reactions, batches and schedules of the same module run beside it.
 */
export class NatsStrategy extends HandlerTable {
  private readonly pipeline: OperationPipeline;
  private readonly inFlight = new Set<Promise<void>>();
  private streams: ServedStreams | null = null;
  private subscription: Subscription | null = null;
  private runners: (ReactionRunner | BatchRunner)[] = [];
  private scheduled: Schedules | null = null;

  constructor(private readonly options: StrategyOptions) {
    super();
    const { doors, bus, verifier, log, clock } = options;
    const accesses = doors ? new AccessLog(bus.service, doors.tenants) : null;
    this.pipeline = new OperationPipeline({ verifier, log, clock, accesses });
  }

  /** Calls that are being handled. */
  get busy(): number {
    return this.inFlight.size;
  }

  override listen(callback: (error?: unknown) => void): void {
    this.begin().then(() => callback(), callback);
  }

  /** Takes nothing new, waits for what is in flight, then cuts it. */
  override async close(): Promise<void> {
    const { bus, drainTimeoutMs = 10_000 } = this.options;
    if (!bus.connection.isClosed()) await this.subscription?.drain();
    const finished = Promise.all([
      this.scheduled?.stop(),
      ...this.runners.map((runner) => runner.stop(drainTimeoutMs)),
      ...this.inFlight,
    ]);
    await within(finished, drainTimeoutMs);
    this.pipeline.live.close();
    await within(finished, CUT_GRACE_MS);
    this.streams?.close();
  }

  private async begin(): Promise<void> {
    const { bus, definition, maxStreams = definition.maxStreams ?? 256 } = this.options;
    for (const { facts } of this.operations.values()) {
      if (facts.service !== definition.name)
        throw new TypeError(`${facts.name} is an operation of ${facts.service}, not of ${definition.name}`);
    }
    this.prepareReactions();
    await bus.confirmed(() => {
      this.streams = new ServedStreams(bus, maxStreams);
      // Four tokens: the chunks of streams have five and go to one instance, not to the queue group.
      this.subscription = bus.subscribe(`rpc.${bus.service}.*.*`, (message) => this.receive(message), bus.service);
    });
    this.runners.forEach((runner) => runner.start());
    this.scheduled?.start();
  }

  private prepareReactions(): void {
    const { bus, definition, directories, doors, log, retryPausesMs } = this.options;
    if (doors === null) {
      if (this.reactions.length + this.batches.length + this.schedules.length === 0) return;
      throw new TypeError(`${definition.name} has reactions or schedules but no database`);
    }
    const placeOf = (tenantId: string) => (directories.has('tenants') ? directories.tenants.get(tenantId) : undefined);
    const shared = { bus, doors, log, placeOf, retryPausesMs };
    this.runners = [
      ...this.reactions.map((reaction) => new ReactionRunner(reaction, shared)),
      ...this.batches.map((batch) => new BatchRunner(batch, shared)),
    ];
    this.scheduled = new Schedules(this.schedules, doors, log);
  }

  private receive(message: Msg): void {
    if (!isAnswerOf(this.options.definition.name, message.reply ?? '')) return; // nobody of ours asks like this
    const handler = this.operations.get(message.subject);
    if (!handler) return this.respond(message, faultAnswer(unavailable(`no handler for ${message.subject}`)));
    // Streams have a limit of their own: a thousand readers that wait must not keep everybody else out.
    const calls = this.inFlight.size - (this.streams?.size ?? 0);
    if (calls >= (this.options.maxInFlight ?? 1_000)) {
      return this.respond(message, faultAnswer(unavailable('too many calls are being handled')));
    }
    const work: Promise<void> = this.serve(message, handler)
      .catch((err: unknown) => this.options.log.error({ err, subject: message.subject }, 'An answer could not be sent'))
      .finally(() => this.inFlight.delete(work));
    this.inFlight.add(work);
  }

  private async serve(message: Msg, { facts: operation, method }: Registered<Operation>): Promise<void> {
    const headers = readHeaders(message.headers);
    const call = new ServedCall(this.options.bus, this.streams as ServedStreams, message, operation);
    const answer = await this.pipeline.run(method as OperationHandler, {
      operation,
      context: headers[Header.context] ?? '',
      request: headers[Header.request] ?? '',
      traceparent: headers[Header.traceparent] ?? null,
      payload: message.data,
      upload: call.upload,
      onLive: (cut) => (call.cut = cut),
    });
    if (answer.body) await call.stream(answer, (refused) => this.respond(message, refused));
    else if (call.opened) call.answer(answer);
    else this.respond(message, answer);
  }

  private respond(message: Msg, answer: Answer): void {
    const { bus, log } = this.options;
    const { subject, reply = '' } = message;
    const limit = bus.connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    const size = typeof answer.payload === 'string' ? Buffer.byteLength(answer.payload) : answer.payload.length;
    const sent = size > limit - HEADER_ROOM_BYTES ? faultAnswer(new Fault('internal')) : answer;
    if (sent !== answer) log.error({ subject, size, limit }, 'An answer is larger than NATS takes');
    const onError = (err: unknown): void => log.error({ err, subject }, 'An answer could not be sent');
    bus.send({ subject: reply, payload: sent.payload, options: { headers: replyHeaders(sent) }, onError });
  }
}

/** Waits for work, but not longer than a while. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
  clearTimeout(timer);
}
