import { operations } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { EVENTS_STREAM, GATEWAY, inboxPrefix, type Bus } from '@tenantry/messaging';
import type { OpenInstance } from '@tenantry/local';
import type { Service } from '@tenantry/service';
import type { BusRun } from './attack-bus.js';

/** JetStream's own API refuses these bodies, should a subject be open after all: nothing is deleted by trying. */
const PROBE = 'probe';

const storeCommands = [
  'STREAM.DELETE',
  'STREAM.PURGE',
  'STREAM.UPDATE',
  'STREAM.MSG.GET',
  'STREAM.MSG.DELETE',
  'STREAM.SNAPSHOT',
];

/** What a service may not say, by what it would do. */
function unsayable(service: Service, others: readonly Service[]): Map<string, string> {
  const may = ({ http, callers }: (typeof operations)[number]): boolean =>
    (service.name === GATEWAY && http !== null) || callers.includes(service.name);
  const buckets = others.flatMap((other) => other.buckets);
  const subjects = [
    ...operations.filter((one) => !may(one)).map(({ name, subject }) => [`calling ${name}`, subject] as const),
    ...others.map(({ name }) => [`an event of ${name}`, `events.${newId()}.${name}.Probe`] as const),
    ...others.map(({ name }) => [`an answer to ${name}`, `${inboxPrefix(name)}.probe`] as const),
    ...buckets.map((bucket) => [`an entry of ${bucket}`, `$KV.${bucket}.probe`] as const),
    ...storeCommands.map((command) => [`${command} of events`, `$JS.API.${command}.${EVENTS_STREAM}`] as const),
    ...buckets.map((bucket) => [`STREAM.PURGE of ${bucket}`, `$JS.API.STREAM.PURGE.KV_${bucket}`] as const),
    ['a consumer of events', `$JS.API.CONSUMER.CREATE.${EVENTS_STREAM}.probe`] as const,
    ['a message of any consumer', `$JS.API.CONSUMER.MSG.NEXT.${EVENTS_STREAM}.probe`] as const,
    ['a new stream', '$JS.API.STREAM.CREATE.PROBE'] as const,
    ['the system account', '$SYS.REQ.SERVER.PING'] as const,
  ];
  return new Map(subjects);
}

/** What a service may not hear. */
function unhearable(others: readonly Service[]): Map<string, string> {
  return new Map([
    ...others.map(({ name }) => [`calls of ${name}`, `rpc.${name}.>`] as const),
    ...others.map(({ name }) => [`answers to ${name}`, `${inboxPrefix(name)}.>`] as const),
    ['every call', 'rpc.>'],
    ['every answer', '_INBOX.>'],
    ['every event', 'events.>'],
    ['every directory', '$KV.>'],
    ['JetStream', '$JS.>'],
    ['everything', '>'],
  ]);
}

/** Says and hears, under a service's login, what it must not; the server must refuse each. */
export async function attackSubjects({ instance, findings }: BusRun, service: Service): Promise<void> {
  const others = instance.services.filter(({ name }) => name !== service.name);
  const said = unsayable(service, others);
  const refused = await refusedOf(instance, service, (bus) => {
    said.forEach((subject) => bus.connection.publish(subject, PROBE));
  });
  const heard = unhearable(others);
  const refusedToHear = await refusedOf(instance, service, (bus) => {
    heard.forEach((subject) => bus.subscribe(subject, () => undefined));
  });
  const all = [
    ...[...said].map(([what, subject]) => [`saying: ${what}`, refused.has(subject)] as const),
    ...[...heard].map(([what, subject]) => [`hearing: ${what}`, refusedToHear.has(subject)] as const),
  ];
  for (const [attack, held] of all) {
    const seen = held ? 'refused' : 'accepted';
    findings.record({ section: 'bus', subject: service.name, attack, held, expected: 'refused', seen });
  }
  const own = await refusedOf(instance, service, (bus) => {
    bus.subscribe(`rpc.${service.name}.*._verify`, () => undefined);
  });
  const seen = own.size === 0 ? 'accepted' : 'refused';
  const control = { subject: service.name, attack: 'control: hearing its own', held: own.size === 0 };
  findings.record({ section: 'controls', ...control, expected: 'accepted', seen });
}

/** The subjects that the server refuses while something is done; all of its refusals have come when the connection ends. */
async function refusedOf(
  instance: OpenInstance,
  service: Service,
  act: (bus: Bus) => void,
): Promise<ReadonlySet<string>> {
  const bus = await instance.bus(service);
  const subjects = new Set<string>();
  bus.onChange((change) => change.kind === 'refused' && subjects.add(change.subject));
  act(bus);
  await bus.connection.flush();
  await bus.drain();
  return subjects;
}
