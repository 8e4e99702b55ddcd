import { setTimeout as delay } from 'node:timers/promises';
import { services } from '../services.js';
import type { Dice } from './dice.js';
import { crashBeforeMarking, fillStream } from './stores.js';
import type { System, SystemOptions } from './system.js';

/** A way to break a part. */
export interface Fault {
  readonly name: string;
  /** Whether a system is large enough for it. */
  fits(options: SystemOptions): boolean;
  /** Breaks the part and puts it right again. @throws Error when the system did not take it as promised */
  inject(system: System, dice: Dice): Promise<void>;
}

const DOWN_MS = [200, 3_000] as const;
const FULL_MS = [1_000, 4_000] as const;
const FROZEN_MS = [1_000, 6_000] as const;

/** Of each tenth of a second, most. */
const [STOPPED_MS, RUNNING_MS] = [80, 20];

const CUT = `
  select count(pg_terminate_backend(pid)) from pg_stat_activity
  where pid <> pg_backend_pid() and backend_type = 'client backend'`;

const whole: readonly Omit<Fault, 'fits'>[] = [
  { name: 'instance', inject: (system) => system.crash() },
  { name: 'connections', inject: async (system) => void (await system.query(CUT)) },
  { name: 'postgres', inject: ({ servers }) => servers.crashPostgres() },
  {
    name: 'frozen',
    async inject({ servers }, dice) {
      await servers.signalPostgres('SIGSTOP');
      try {
        await delay(dice.between(...FROZEN_MS));
      } finally {
        await servers.signalPostgres('SIGCONT');
      }
    },
  },
  {
    name: 'slow',
    async inject({ servers }, dice) {
      const untilMs = performance.now() + dice.between(...FROZEN_MS);
      try {
        while (performance.now() < untilMs) {
          await servers.signalPostgres('SIGSTOP');
          await delay(STOPPED_MS);
          await servers.signalPostgres('SIGCONT');
          await delay(RUNNING_MS);
        }
      } finally {
        await servers.signalPostgres('SIGCONT');
      }
    },
  },
  { name: 'relay', inject: crashBeforeMarking },
  {
    name: 'full',
    inject: ({ servers }, dice) => fillStream(servers, () => delay(dice.between(...FULL_MS))),
  },
  {
    name: 'nats',
    inject: ({ servers }, dice) => servers.restartNats('SIGTERM', () => delay(dice.between(...DOWN_MS))),
  },
  { name: 'nats-killed', inject: ({ servers }) => servers.restartNats('SIGKILL', () => undefined) },
  {
    name: 'store',
    async inject(system) {
      await system.servers.restartNats('SIGTERM', () => system.servers.deleteStore());
      await system.operate('events', 'rebuild');
    },
  },
  {
    name: 'store-at-rest',
    inject: (system) => system.restart(() => system.servers.restartNats('SIGTERM', () => system.servers.deleteStore())),
  },
];

const replica: Fault = {
  name: 'replica',
  fits: ({ replicas }) => replicas > 1,
  inject: (system, dice) => system.crash(dice.between(0, system.options.replicas - 1)),
};

const natsNode: Fault = {
  name: 'nats-node',
  fits: ({ natsNodes }) => natsNodes > 1,
  inject: ({ servers }, dice) =>
    servers.crashNode(dice.between(0, servers.nodeCount - 1), () => delay(dice.between(...DOWN_MS))),
};

/** Every fault there is, by name. */
export const faults: readonly Fault[] = [
  ...whole.map((fault) => ({ ...fault, fits: () => true })),
  replica,
  natsNode,
  ...services.map(({ name }) => ({
    name: `service-${name}`,
    fits: ({ isSplit }: SystemOptions) => isSplit,
    inject: (system: System) => system.crashService(name),
  })),
];
