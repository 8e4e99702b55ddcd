import type { OpenInstance } from '@tenantry/local';
import type { Client } from '../client/client.js';
import type { Findings } from '../report/outcome.js';
import type { World } from '../world/tenant.js';
import { attackContexts } from './attack-contexts.js';
import { attackEvents } from './attack-events.js';
import { attackSubjects } from './attack-subjects.js';
import { tryOutsiders } from './outsiders.js';

/** What the attacks on the bus work with. */
export interface BusRun {
  readonly instance: OpenInstance;
  readonly client: Client;
  readonly world: World;
  readonly findings: Findings;
  readonly progress: (text: string) => void;
}

/** Attacks the bus as somebody without a login, under every service's login, and with contexts that prove nothing. */
export async function attackBus(run: BusRun): Promise<void> {
  await tryOutsiders(run);
  for (const service of run.instance.services) {
    run.progress(service.name);
    await attackSubjects(run, service);
  }
  await attackContexts(run);
  await attackEvents(run);
}
