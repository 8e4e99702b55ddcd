import { boot, type ServiceHandle } from './boot.js';
import type { Service } from './service.js';
import { processEnvironment } from './settings/config.js';
import { firstAdmin } from './settings/first-admin.js';
import type { Environment } from './settings/settings.js';

/** What a service tells the process that started it. */
export interface ServiceNews {
  readonly kind: 'ready';
  readonly url: string | null;
  readonly oneTimePassword: string | null;
}

const READY_POLL_MS = 100;

/**
 * Runs one service as this process: until SIGTERM, SIGINT, or the end of the process that started it. A failed start
 * prints one line and ends with exit code 1. TENANTRY_ADMIN_EMAIL makes the service that knows how create that
 * administrator.
 */
export async function serve(service: Service, environment: Environment = processEnvironment): Promise<void> {
  let handle: ServiceHandle;
  try {
    handle = await boot(service, environment);
    const oneTimePassword = await makeFirstAdmin(handle, environment);
    await untilReady(handle);
    process.send?.({ kind: 'ready', url: handle.url, oneTimePassword } satisfies ServiceNews);
  } catch (error) {
    process.stderr.write(`${service.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= handle.close().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
}

async function makeFirstAdmin(handle: ServiceHandle, environment: Environment): Promise<string | null> {
  const admin = firstAdmin(environment);
  return (admin && (await handle.bootstrap(admin))?.oneTimePassword) ?? null;
}

/** Asked until it says yes; who started the process decides how long that may take. */
async function untilReady(handle: ServiceHandle): Promise<void> {
  while (!(await handle.ready()).ready) {
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
}
