import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalSettings, openInstance, Progress, startInstance } from '@tenantry/local';
import { freePort, startPostgres } from '@tenantry/local/servers';
import type { Service } from '@tenantry/service';
import { Verification } from './verification.js';

const silent = new Progress({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);
const EMAIL = 'admin@verify.example';
const PASSWORD = 'wrought-iron-candle-9';

/** All services in this process, on a Postgres and a nats-server of their own, with tenants made for being attacked. */
export interface ProvingGround extends AsyncDisposable {
  readonly verification: Verification;
  /** Makes other tenants on the same system, whose people's tokens become only so old. */
  prepare(freshMs: number): Promise<Verification>;
  readonly url: string;
  readonly adminUrl: string;
  readonly stateDir: string;
  /** What `tenantry verify` is to find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts everything. Limits by address are lifted: thousands of requests come from here in seconds. */
export async function openGround(services: readonly Service[]): Promise<ProvingGround> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-verify-'));
  chmodSync(folder, 0o711); // Postgres passes through, under an account of its own
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'state'), { mode: 0o711 });
  const place = { directory: join(folder, 'state', 'postgres'), port: await freePort(), password: PASSWORD };
  const postgres = await startPostgres({ ...place, throwaway: true });
  started.defer(() => postgres.stop());
  const collectorPort = await freePort();
  const environment = {
    PORT: String(await freePort()),
    TENANTRY_STATE_DIR: join(folder, 'state'),
    DATABASE_URL: postgres.url,
    TENANTRY_ADMIN_EMAIL: EMAIL,
    TENANTRY_ADMIN_PASSWORD: PASSWORD,
    ADDRESS_BURST: '10000000',
    SIGN_IN_BURST: '10000000',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
    TRACE_RATIO: '1',
  };
  const settings = new LocalSettings(environment);
  const rest = { split: false, mainOf: () => '', progress: silent, stop: new AbortController() };
  const instance = started.use(await startInstance({ services, environment, settings, ...rest }));
  const attacked = await openInstance(services, environment);
  const prepare = (freshMs: number | null, collecting: number | null): Promise<Verification> =>
    Verification.prepare({
      ...{ url: instance.url, email: EMAIL, password: PASSWORD, baseDomain: 'localhost' },
      ...{
        instance: attacked,
        collectorPort: collecting,
        freshMs,
        timing: { pairs: 20, budgetMs: null, journal: null },
        say: () => undefined,
      },
    });
  const verification = started.use(await prepare(null, collectorPort));
  const undo = started.move();
  return {
    verification,
    prepare: (freshMs) => prepare(freshMs, null),
    ...{ url: instance.url, adminUrl: postgres.url, stateDir: environment.TENANTRY_STATE_DIR, environment },
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}
