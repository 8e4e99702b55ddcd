import { join } from 'node:path';
import { natsPermissions } from '@tenantry/messaging';
import { startModelLocal } from '@tenantry/model-local';
import type { Environment, Service } from '@tenantry/service';
import { findNatsServer } from '../nats/find-nats-server.js';
import { printNatsUsers } from '../nats/nats-config.js';
import { startNats } from '../nats/start-nats.js';
import { PlainError } from '../plain-error.js';
import { startPostgres } from '../postgres/embedded-postgres.js';
import { isPortFree } from '../process/free-port.js';
import { lockStateDir } from '../state/lock.js';
import { rememberPort, writeSecretFile } from '../state/remembered.js';
import { openStateDir, type StateDir } from '../state/state-dir.js';
import { natsUsers, rememberSecrets, serviceEnvironment, type InstanceSecrets } from './instance.js';
import type { LocalSettings } from './local-settings.js';
import { prepareDatabase, prepareNats } from './prepare.js';
import type { Progress } from './progress.js';
import { runApart } from './run-apart.js';
import { runTogether } from './run-together.js';
import { startOwnStripe } from './start-own-stripe.js';
import type { RunningServices } from './running-services.js';

export interface InstanceOptions {
  readonly services: readonly Service[];
  readonly environment: Environment;
  readonly settings: LocalSettings;
  /** One process a service. */
  readonly split: boolean;
  readonly mainOf: (service: string) => string;
  readonly progress: Progress;
  /** Aborted when the instance is to end; the instance aborts it when one of its parts is lost. */
  readonly stop: AbortController;
}

interface Place {
  readonly state: StateDir;
  readonly secrets: InstanceSecrets;
  readonly usersFile: string;
}

/** Brings up one instance, step by step; a step that fails undoes the ones before it. */
export async function startInstance(options: InstanceOptions): Promise<RunningServices & AsyncDisposable> {
  const { services, settings, progress, stop } = options;
  await using started = new AsyncDisposableStack();
  const lost = (name: string) => (): void => {
    if (!stop.signal.aborted) {
      stop.abort(new PlainError(`${name} ended unexpectedly; see ${join(settings.TENANTRY_STATE_DIR, 'logs')}`));
    }
  };
  const place = await takePlace(options, started);
  const databaseUrl = settings.DATABASE_URL ?? (await startOwnPostgres(options, place, started, lost('Postgres')));
  const natsUrl = settings.NATS_URL ?? (await startOwnNats(options, place, started, lost('nats-server')));
  stop.signal.throwIfAborted();
  await progress.step('schema', async (say) => {
    const count = await prepareDatabase(databaseUrl, services, place.secrets, say, settings.SUBJECT_KEYS_URL);
    return [count, count === 0 ? 'up to date' : `${count} migrations`];
  });
  stop.signal.throwIfAborted();
  await progress.step('streams', async () => {
    const count = await prepareNats(natsUrl, services, place.secrets, place.usersFile, settings.NATS_REPLICAS);
    return [count, count === 0 ? 'up to date' : `${count} made`];
  });
  stop.signal.throwIfAborted();
  const stripe = await startOwnStripe(options, place.state, started);
  const localModelUrl = settings.LOCAL_MODEL_URL ?? (await startOwnModel(options, started));
  const running = await progress.step('services', async (say) => {
    const environment = {
      ...options.environment,
      ...stripe,
      TENANTRY_ADMIN_EMAIL: settings.TENANTRY_ADMIN_EMAIL,
      PORT: String(settings.PORT),
      PAGES_URL: settings.PAGES_URL ?? `http://127.0.0.1:${settings.PORT}`,
      LOCAL_MODEL_URL: localModelUrl,
    };
    const environmentOf = (service: Service): Environment =>
      serviceEnvironment(service, environment, { ...place, databaseUrl, natsUrl });
    const run = { services, environmentOf, say, onLost: (name: string) => lost(`The service ${name}`)() };
    const up = await (options.split ? runApart({ ...run, mainOf: options.mainOf }) : runTogether(run));
    return [up, services.map(({ name }) => name).join(', ')];
  });
  started.defer(() => running.close());
  stop.signal.throwIfAborted();
  const undo = started.move();
  return { ...running, [Symbol.asyncDispose]: () => undo.disposeAsync() };
}

/** The folder, its lock, the secrets in it, and the port that people will use. */
async function takePlace(
  { services, settings, progress }: InstanceOptions,
  started: AsyncDisposableStack,
): Promise<Place> {
  return progress.step('state', async () => {
    const state = openStateDir(settings.TENANTRY_STATE_DIR);
    started.defer(lockStateDir(state.root));
    if (settings.PORT !== 0 && !(await isPortFree(settings.PORT))) {
      throw new PlainError(`Port ${settings.PORT} is in use; set PORT to another one`);
    }
    const secrets = await rememberSecrets(state.secrets, services);
    const usersFile = join(state.nats, 'authorization.conf');
    writeSecretFile(usersFile, printNatsUsers(natsUsers(natsPermissions(services), secrets)));
    return [{ state, secrets, usersFile }, state.root];
  });
}

async function startOwnPostgres(
  { progress, stop }: InstanceOptions,
  { state, secrets }: Place,
  started: AsyncDisposableStack,
  onLost: () => void,
): Promise<string> {
  stop.signal.throwIfAborted();
  return progress.step('Postgres', async (say) => {
    say('starting');
    const port = await rememberPort(join(state.secrets, 'postgres.port'));
    const server = await startPostgres({ directory: state.postgres, port, password: secrets.postgresPassword });
    started.defer(() => server.stop());
    server.onLost(onLost);
    return [server.url, `127.0.0.1:${port}`];
  });
}

async function startOwnNats(
  { services, progress, stop }: InstanceOptions,
  { state, secrets }: Place,
  started: AsyncDisposableStack,
  onLost: () => void,
): Promise<string> {
  stop.signal.throwIfAborted();
  return progress.step('NATS', async (say) => {
    const binary = await findNatsServer(say);
    say('starting');
    const port = await rememberPort(join(state.secrets, 'nats.port'));
    const server = await startNats(binary, state.nats, { port, ...natsUsers(natsPermissions(services), secrets) });
    started.defer(() => server.stop());
    server.onLost(onLost);
    return [server.url, `127.0.0.1:${port}`];
  });
}

/** Agents can be tried without a provider, a key or a network. */
async function startOwnModel({ progress }: InstanceOptions, started: AsyncDisposableStack): Promise<string> {
  return progress.step('model', async () => {
    const model = await startModelLocal();
    started.defer(() => model.close());
    return [model.baseUrl, `${new URL(model.baseUrl).host} (stand-in)`];
  });
}
