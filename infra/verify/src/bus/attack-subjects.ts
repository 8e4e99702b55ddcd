import type { Bus } from '@tenantry/messaging';
import type { OpenInstance } from '@tenantry/local';
import type { Service } from '@tenantry/service';
import type { BusRun } from './attack-bus.js';
import { unhearable, unsayable } from './forbidden-subjects.js';

/** JetStream's own API refuses these bodies, should a subject be open after all: nothing is deleted by trying. */
const PROBE = 'probe';

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
