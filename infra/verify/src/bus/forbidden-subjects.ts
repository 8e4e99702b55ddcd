import { operations, type Operation } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import {
  AGENTS,
  answerSubject,
  consumersOf,
  EVENTS_STREAM,
  GATEWAY,
  inboxPrefix,
  isAgentTool,
} from '@tenantry/messaging';
import type { Service } from '@tenantry/service';

/** What would be done → the subject by which it would be done. */
type Subjects = ReadonlyMap<string, string>;
type Entry = readonly [what: string, subject: string];

const STORE_COMMANDS = [
  'STREAM.DELETE',
  'STREAM.PURGE',
  'STREAM.UPDATE',
  'STREAM.MSG.GET',
  'STREAM.MSG.DELETE',
  'STREAM.SNAPSHOT',
];

/** What a service may not say, from the operation table and what the other services are declared to own. */
export function unsayable(service: Service, others: readonly Service[]): Subjects {
  return new Map([
    ...calls(service, others),
    ...others.map(({ name }): Entry => [`an event of ${name}`, `events.${newId()}.${name}.Probe`]),
    ...others.map(({ name }): Entry => [`an answer to ${name}`, `${inboxPrefix(name)}.probe`]),
    ...others.map(({ name }): Entry => [`an answer of ${name}`, answerSubject(GATEWAY, 'probe', name, 'probe')]),
    ...others.map(({ name }): Entry => [`the presence of ${name}`, `presence.${name}`]),
    ...others.flatMap(consumersOf).flatMap(({ name }) => pulls(name)),
    ...others.flatMap(({ buckets }) => buckets).flatMap((bucket) => keeping(bucket, service)),
    ...STORE_COMMANDS.map((command): Entry => [`${command} of events`, `$JS.API.${command}.${EVENTS_STREAM}`]),
    ['a consumer of events', `$JS.API.CONSUMER.CREATE.${EVENTS_STREAM}.probe`],
    ['a message of any consumer', `$JS.API.CONSUMER.MSG.NEXT.${EVENTS_STREAM}.probe`],
    ['a new stream', '$JS.API.STREAM.CREATE.PROBE'],
    ['the system account', '$SYS.REQ.SERVER.PING'],
  ]);
}

/** What a service may not hear. */
export function unhearable(others: readonly Service[]): Subjects {
  return new Map([
    ...others.map(({ name }): Entry => [`calls of ${name}`, `rpc.${name}.>`]),
    ...others.map(({ name }): Entry => [`answers to ${name}`, `${inboxPrefix(name)}.>`]),
    ...others.map(({ name }): Entry => [`the presence of ${name}`, `presence.${name}`]),
    ['every call', 'rpc.>'],
    ['every answer', '_INBOX.>'],
    ['every event', 'events.>'],
    ['every directory', '$KV.>'],
    ['JetStream', '$JS.>'],
    ['everything', '>'],
  ]);
}

/** Operations that do not name the service as a caller, and chunks of streams of services that it has none with. */
function calls(service: Service, others: readonly Service[]): Entry[] {
  const may = (operation: Operation): boolean =>
    (service.name === GATEWAY && operation.http !== null) ||
    (service.name === AGENTS && isAgentTool(operation)) ||
    operation.callers.includes(service.name);
  const callable = operations.filter(may);
  const streaming = new Set(callable.filter(({ streams }) => streams !== 'none').map((one) => one.service));
  return [
    ...operations.filter((one) => !may(one)).map(({ name, subject }): Entry => [`calling ${name}`, subject]),
    ...others
      .filter(({ name }) => !streaming.has(name))
      .map(({ name }): Entry => [`a chunk for ${name}`, `rpc.${name}._s.probe.probe`]),
  ];
}

const pulls = (consumer: string): Entry[] => [
  [`pulling from ${consumer}`, `$JS.API.CONSUMER.MSG.NEXT.${EVENTS_STREAM}.${consumer}`],
  [`acknowledging for ${consumer}`, `$JS.ACK.${EVENTS_STREAM}.${consumer}.1.1.1.1.1`],
];

/** Another service's directory: writing it, reading it without being declared to watch it, emptying it. */
function keeping(bucket: Service['buckets'][number], { watches }: Service): Entry[] {
  const reading: Entry[] = watches.includes(bucket)
    ? []
    : [[`a watch of ${bucket}`, `$JS.API.CONSUMER.CREATE.KV_${bucket}.probe`]];
  return [
    [`an entry of ${bucket}`, `$KV.${bucket}.probe`],
    [`reading an entry of ${bucket}`, `$JS.API.DIRECT.GET.KV_${bucket}.$KV.${bucket}.probe`],
    [`STREAM.PURGE of ${bucket}`, `$JS.API.STREAM.PURGE.KV_${bucket}`],
    ...reading,
  ];
}
