import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { EVENTS_STREAM, ledgerStream, ledgerSubject } from '../bus/subjects.js';
import type { ArchiveName, BucketName, ServiceDefinition } from '../definition/define-service.js';
import { consumersOf, type DurableConsumer } from '../definition/handlers-of.js';
import { ACK_WAIT_MS } from '../events/consumption.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Events stay as long as the outbox keeps what it sent. A relay that comes back within the window sends no second copy. */
const EVENTS: Partial<StreamConfig> & { readonly name: string } = {
  name: EVENTS_STREAM,
  subjects: ['events.>'],
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  storage: StorageType.File,
  max_age: nanos(7 * DAY_MS),
  duplicate_window: nanos(10 * MINUTE_MS),
};

/** A ledger is kept for ever: what it says must be known whatever age the backup has that is restored. */
const ledgerOf = (service: string): typeof EVENTS => ({
  name: ledgerStream(service),
  subjects: [ledgerSubject(service)],
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  storage: StorageType.File,
  allow_direct: true,
});

/** Entries of these buckets are needed until the tokens that they revoke, or let in, have expired. */
const BUCKET_TTL_MS: Partial<Record<BucketName, number>> = {
  revocations: DAY_MS,
  agent_tokens: DAY_MS,
  agent_revocations: DAY_MS,
};

/** One message for each subject, which nothing replaces or removes but age. */
const WRITTEN_ONCE: Partial<StreamConfig> = {
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  max_msgs_per_subject: 1,
  deny_delete: true,
  deny_purge: true,
  allow_direct: true,
  storage: StorageType.File,
};

const ARCHIVE_TTL_MS: Record<ArchiveName, number> = { audit_anchors: 400 * DAY_MS };

const NOT_FOUND = 404;

/** How many copies JetStream keeps. */
export interface ProvisionOptions {
  /** 1 on a single server, 3 on a cluster. */
  readonly replicas?: number;
}

/**
 * Creates what the services need on the bus, and brings what is there up to date: the stream, every durable consumer,
 * every bucket and archive. Run by the boot admin before the services start; they may not. Answers the names of what it created: a
 * stream or bucket among them is empty, to be rebuilt from Postgres.
 */
export async function provisionNats(
  admin: Bus,
  definitions: readonly ServiceDefinition[],
  options: ProvisionOptions = {},
): Promise<string[]> {
  const { replicas = 1 } = options;
  const manager = await admin.admin;
  const created: string[] = [];
  if (await ensureStream(manager, { ...EVENTS, num_replicas: replicas })) created.push(EVENTS_STREAM);
  for (const { name } of definitions.filter(({ ledger }) => ledger)) {
    const stream = ledgerOf(name);
    if (await ensureStream(manager, { ...stream, num_replicas: replicas })) created.push(stream.name);
  }
  for (const consumer of definitions.flatMap(consumersOf)) {
    if (await ensureConsumer(manager, consumer)) created.push(consumer.name);
  }
  for (const bucket of new Set(definitions.flatMap(({ buckets, watches }) => [...buckets, ...watches]))) {
    if (await ensureBucket(admin, manager, bucket, replicas)) created.push(bucket);
  }
  for (const archive of definitions.flatMap(({ archives }) => archives)) {
    const stream = { name: `KV_${archive}`, subjects: [`$KV.${archive}.>`], max_age: nanos(ARCHIVE_TTL_MS[archive]) };
    if (await ensureStream(manager, { ...WRITTEN_ONCE, ...stream, num_replicas: replicas })) created.push(archive);
  }
  return created;
}

async function ensureStream(manager: JetStreamManager, config: typeof EVENTS): Promise<boolean> {
  if (await manager.streams.info(config.name).catch(unlessNotFound)) {
    await manager.streams.update(config.name, config);
    return false;
  }
  await manager.streams.add(config);
  return true;
}

async function ensureConsumer(
  manager: JetStreamManager,
  { name, filter, maxAckPending }: DurableConsumer,
): Promise<boolean> {
  const config: Partial<ConsumerConfig> = {
    durable_name: name,
    filter_subject: filter,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: maxAckPending,
    // The service counts the tries and sets the event aside itself: the server would drop it in silence.
    max_deliver: -1,
  };
  if (await manager.consumers.info(EVENTS_STREAM, name).catch(unlessNotFound)) {
    await manager.consumers.update(EVENTS_STREAM, name, config);
    return false;
  }
  await manager.consumers.add(EVENTS_STREAM, config);
  return true;
}

async function ensureBucket(
  admin: Bus,
  manager: JetStreamManager,
  bucket: BucketName,
  replicas: number,
): Promise<boolean> {
  const there = await manager.streams.info(`KV_${bucket}`).catch(unlessNotFound);
  if (there) {
    if (there.config.num_replicas !== replicas)
      await manager.streams.update(`KV_${bucket}`, { num_replicas: replicas });
    return false;
  }
  await new Kvm(admin.jetstream).create(bucket, {
    history: 1,
    storage: StorageType.File,
    replicas,
    ttl: BUCKET_TTL_MS[bucket] ?? 0,
    allow_direct: true,
  });
  return true;
}

/** @throws the error itself, unless it says that there is no such thing */
function unlessNotFound(error: unknown): null {
  const status = error instanceof JetStreamApiError ? error.apiError().code : (error as { status?: number }).status;
  if (status === NOT_FOUND) return null;
  throw error;
}
