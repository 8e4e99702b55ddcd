import { operations, type Operation } from '@tenantry/contracts';
import {
  answersOf,
  chunkSubjects,
  EVENTS_STREAM,
  inboxPrefix,
  ledgerStream,
  ledgerSubject,
  presenceSubject,
  rpcSubjects,
} from '../bus/subjects.js';
import { AGENTS, GATEWAY, isAgentTool } from '../context/verifier.js';
import type { ServiceDefinition } from '../definition/define-service.js';
import { consumersOf } from '../definition/handlers-of.js';

/** What one NATS user may do; infra prints it into the server's configuration. */
export interface NatsPermissions {
  readonly publish: { readonly allow: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
}

/**
 * Every service's permissions on the bus, from the operation table and the definitions: a service hears only calls to
 * itself and its own inbox, and says only calls that name it as a caller, answers in its own name, its own events and entries of its own
 * buckets. It has no `allow_responses`: nats-server notes every message with a reply subject for it, those of JetStream too, and above some
 * thousands looks through all of them for each message.
 */
export function natsPermissions(
  definitions: readonly ServiceDefinition[],
  table: readonly Operation[] = operations,
): Readonly<Record<string, NatsPermissions>> {
  return Object.fromEntries(definitions.map((definition) => [definition.name, permissionsOf(definition, table)]));
}

function permissionsOf(definition: ServiceDefinition, table: readonly Operation[]): NatsPermissions {
  const { name, buckets, watches, ledger, archives } = definition;
  const callable = table.filter((operation) => mayCall(name, operation));
  const streaming = new Set(callable.filter(({ streams }) => streams !== 'none').map(({ service }) => service));
  const publish = [
    ...callable.map(({ subject }) => subject),
    ...[...streaming].map(chunkSubjects),
    answersOf(name),
    `events.*.${name}.*`,
    presenceSubject(name),
    ...consumersOf(definition).flatMap((consumer) => pulling(consumer.name)),
    ...buckets.flatMap(writing),
    ...watches.flatMap(watching),
    ...(ledger ? keeping(name) : []),
    ...archives.flatMap(archiving),
  ];
  return {
    publish: { allow: [...new Set(publish)] },
    subscribe: { allow: [rpcSubjects(name), presenceSubject(name), `${inboxPrefix(name)}.>`] },
  };
}

function mayCall(service: string, operation: Operation): boolean {
  const { http, callers } = operation;
  if (service === AGENTS && isAgentTool(operation)) return true;
  return (service === GATEWAY && http !== null) || callers.includes(service);
}

const pulling = (durable: string): string[] => [
  `$JS.API.CONSUMER.INFO.${EVENTS_STREAM}.${durable}`,
  `$JS.API.CONSUMER.MSG.NEXT.${EVENTS_STREAM}.${durable}`,
  `$JS.ACK.${EVENTS_STREAM}.${durable}.>`,
];

const writing = (bucket: string): string[] => [`$KV.${bucket}.>`, `$JS.API.DIRECT.GET.KV_${bucket}.>`];

/** An archive's keys are in the description of its stream. */
const archiving = (archive: string): string[] => [...writing(archive), `$JS.API.STREAM.INFO.KV_${archive}`];

/** A watch is a consumer of the watcher's own, which ends with it. */
const watching = (bucket: string): string[] => [
  `$JS.API.STREAM.INFO.KV_${bucket}`,
  `$JS.API.CONSUMER.CREATE.KV_${bucket}.>`,
  `$JS.FC.KV_${bucket}.>`,
];

/** A ledger is appended to and read, by the one whose it is; it takes the boot admin to delete from it. */
const keeping = (service: string): string[] => [
  ledgerSubject(service),
  `$JS.API.STREAM.INFO.${ledgerStream(service)}`,
  `$JS.API.DIRECT.GET.${ledgerStream(service)}`,
];
