/** The stream that holds every domain event. */
export const EVENTS_STREAM = 'EVENTS';

/** The stream that holds a service's ledger. */
export const ledgerStream = (service: string): string => `LEDGER_${service}`;

/** Where a service appends to its ledger. */
export const ledgerSubject = (service: string): string => `ledger.${service}`;

/** What a service answers: its operations and the chunks of their streams. */
export const rpcSubjects = (service: string): string => `rpc.${service}.>`;

/** Where the chunks for one stream of one instance of a service go; `stream` is unguessable. */
export const chunkSubject = (service: string, instance: string, stream: string): string =>
  `rpc.${service}._s.${instance}.${stream}`;

/** Every chunk subject of a service: what a caller of its streams may publish. */
export const chunkSubjects = (service: string): string => `rpc.${service}._s.>`;

/** The prefix under which a service, and nobody else, receives answers. */
export const inboxPrefix = (service: string): string => `_INBOX.${service}`;

/** The service that answers a subject. */
export const answererOf = (subject: string): string => subject.split('.', 2)[1] ?? '';

/** Where answers to one caller's process come from one service; `process` is unguessable. */
export const answerSubject = (caller: string, process: string, answerer: string, call: string): string =>
  `${inboxPrefix(caller)}.${process}.${answerer}.${call}`;

/** Whether a caller may be answered there: nobody is to have a service publish wherever it itself may not. */
export function isAnswerOf(service: string, subject: string): boolean {
  const [root, , , answerer, ...rest] = subject.split('.');
  return root === '_INBOX' && answerer === service && rest.length === 1;
}

/** Every subject on which a service answers: its name is in it, so that nobody answers for another. */
export const answersOf = (service: string): string => answerSubject('*', '*', service, '*');

/** A durable consumer's name: JetStream allows no dots in it. */
export const durableName = (service: string, consumer: string, event: string): string =>
  `${service}-${consumer.replaceAll('.', '_')}-${event}`;

/** What an event's subject says. */
export interface EventAddress {
  readonly tenantId: string;
  readonly service: string;
  readonly name: string;
}

/** Reads `events.<tenantId>.<service>.<Event>`; undefined for any other subject. */
export function parseEventSubject(subject: string): EventAddress | undefined {
  const [root, tenantId, service, name, ...rest] = subject.split('.');
  return root === 'events' && tenantId && service && name && rest.length === 0
    ? { tenantId, service, name }
    : undefined;
}

/** Where the processes of a service tell each other that they are alive. */
export const presenceSubject = (service: string): string => `presence.${service}`;
