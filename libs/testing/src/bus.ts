import 'reflect-metadata';
import type { Abstract, INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { printMessage, readMessage, type EventType, type Operation } from '@tenantry/contracts';
import { fromFaultMessage, SystemClock, type TenantContext } from '@tenantry/kernel';
import {
  AccessLog,
  ContextVerifier,
  Directories,
  GATEWAY,
  HandlerTable,
  OperationPipeline,
  printRequestFacts,
  Reactor,
  silentLog,
  standingOf,
  toRawReply,
  type AgreementsEntry,
  type ContextSigner,
  type OperationHandler,
  type RawReply,
  type TenantEntry,
} from '@tenantry/messaging';
import { rootModule, type InMemoryBusOptions } from './bus-module.js';
import { receivedEvent, type DeliveredEvent } from './delivered-event.js';
import { TestIssuers } from './issuers.js';

export type { DeliveredEvent } from './delivered-event.js';
export type { InMemoryBusOptions } from './bus-module.js';

/** How a call differs from the usual one by the gateway. */
export interface CallOptions {
  /** Who signs the context. Default: the gateway, or for an operation without HTTP its first caller. */
  readonly issuer?: string;
  readonly idempotencyKey?: string;
  readonly upload?: AsyncIterable<Uint8Array>;
}

const IN_FORCE = { party: 'platform', covers: [], effectiveAt: '2020-01-01T00:00:00Z', endsAt: null } as const;

/**
 * Runs a service's handlers through the very pipeline that NATS feeds: contexts are signed and verified, inputs parsed,
 * permissions checked, answers printed and read back.
 */
export class InMemoryBus {
  /** What the service believes about tenants and credentials; the test says it. */
  readonly directories: Directories;

  private constructor(
    private readonly options: InMemoryBusOptions,
    private readonly app: INestMicroservice,
    private readonly table: HandlerTable,
    private readonly pipeline: OperationPipeline,
    private readonly issuers: TestIssuers,
  ) {
    this.directories = app.get(Directories, { strict: false });
  }

  static async start(options: InMemoryBusOptions): Promise<InMemoryBus> {
    const { service, clock = new SystemClock(), log = silentLog } = options;
    const table = new HandlerTable();
    const directories = Directories.inMemory();
    const app = await NestFactory.createMicroservice(rootModule(options, directories, clock), {
      strategy: table,
      logger: ['error'],
      abortOnError: false,
    });
    await app.listen();
    const callers = [...table.operations.values()].flatMap(({ facts }) => facts.callers);
    const issuers = await TestIssuers.create([...new Set([GATEWAY, service.name, ...callers])]);
    const verifier = new ContextVerifier({
      service: service.name,
      keys: issuers.keys,
      standing: standingOf(directories),
      clock,
    });
    const accesses = options.doors ? new AccessLog(service.name, options.doors.tenants) : null;
    const pipeline = new OperationPipeline({ verifier, log, clock, accesses });
    return new InMemoryBus(options, app, table, pipeline, issuers);
  }

  /** A provider of the service. */
  get<T>(token: Type<T> | Abstract<T>): T {
    return this.app.get<T>(token, { strict: false });
  }

  /** Makes a tenant known to the directory. */
  announce(tenantId: string, facts: Partial<TenantEntry> = {}): void {
    const { tenants } = this.directories;
    const version = (tenants.get(tenantId)?.version ?? 0) + 1;
    const slug = `t-${tenantId.slice(-8)}`;
    const places = {
      mode: 'pool',
      cell: 'home',
      region: null,
      timeZone: 'UTC',
      organizationId: null,
      sandboxOf: null,
    } as const;
    tenants.put(tenantId, {
      version,
      slug,
      name: slug,
      status: 'active',
      reason: null,
      hosts: [],
      ...places,
      ...facts,
    });
  }

  /** Says which business associate agreements a tenant has; by default one with the platform, in force and without an end. */
  agree(tenantId: string, agreements: AgreementsEntry['agreements'] = [IN_FORCE]): void {
    const version = (this.directories.agreements.get(tenantId)?.version ?? 0) + 1;
    this.directories.agreements.put(tenantId, { version, agreements });
  }

  /** Calls an operation. @throws the fault that it answers */
  async call<I, O>(
    operation: Operation<I, O>,
    input: Partial<I>,
    ctx: TenantContext,
    options: CallOptions = {},
  ): Promise<O> {
    const message = Object.assign(new operation.input() as object, input) as I;
    const reply = await this.send(
      operation as Operation,
      JSON.stringify(printMessage(operation.input, message)),
      ctx,
      options,
    );
    if (reply.fault) {
      throw fromFaultMessage(reply.fault);
    }
    return readMessage(operation.output, JSON.parse(Buffer.from(reply.payload).toString()));
  }

  /** Sends a payload as it is; answers as the gateway would get it. */
  async send(
    operation: Operation,
    payload: string | Uint8Array,
    ctx: TenantContext,
    options: CallOptions = {},
  ): Promise<RawReply> {
    const issuer = options.issuer ?? (operation.http ? GATEWAY : (operation.callers[0] ?? GATEWAY));
    const signer: ContextSigner = await this.issuers.signer(issuer, { clock: this.options.clock });
    const handler = this.table.operations.get(operation.subject);
    if (!handler) {
      throw new TypeError(`${operation.name} has no handler in ${this.options.service.name}`);
    }
    const answer = await this.pipeline.run(handler.method as OperationHandler, {
      operation,
      context: await signer.sign(ctx, operation.service),
      request: printRequestFacts(ctx.request, options.idempotencyKey),
      traceparent: ctx.request.traceparent,
      payload: Buffer.from(payload),
      upload: operation.streams === 'request' ? (options.upload ?? nothing()) : undefined,
    });
    return toRawReply(answer);
  }

  /** Hands an event to every reaction of the service to it, twice: the second time must change nothing. */
  async deliver(delivered: DeliveredEvent): Promise<void> {
    const { doors, service } = this.options;
    const type = delivered.event.constructor as unknown as EventType<object>;
    const received = receivedEvent(delivered, type);
    const placeOf = (tenantId: string): TenantEntry | undefined => this.directories.tenants.get(tenantId);
    for (const reaction of this.table.reactions.filter(
      ({ facts }) => facts.type.event.subjectSuffix === type.event.subjectSuffix,
    )) {
      const reactor = new Reactor(reaction, { service: service.name, doors: doors!, placeOf });
      await reactor.react(received, new AbortController().signal);
      await reactor.react(received, new AbortController().signal);
    }
  }

  /** Hands events to a batch reaction. */
  async deliverBatch(consumer: string, delivered: readonly DeliveredEvent[]): Promise<void> {
    const batch = this.table.batches.find(({ facts }) => facts.consumer === consumer);
    if (!batch) {
      throw new TypeError(`${consumer} is no batch reaction`);
    }
    const events = delivered.map((one) => receivedEvent(one, one.event.constructor as unknown as EventType<object>));
    await batch.method(events, new AbortController().signal);
  }

  /** Runs scheduled work once. */
  async runSchedule(name: string): Promise<void> {
    const schedule = this.table.schedules.find(({ facts }) => facts.name === name);
    if (!schedule) {
      throw new TypeError(`${name} is no schedule`);
    }
    await schedule.method(new AbortController().signal);
  }

  async close(): Promise<void> {
    this.pipeline.live.close();
    this.directories.close();
    await this.app.close();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No body.
}
