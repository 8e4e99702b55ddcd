import { setTimeout as delay } from 'node:timers/promises';
import { boot, firstAdmin, type ServiceHandle } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import { closeAll, READY_TIMEOUT_MS, urlOf, type RunningServices, type RunOptions } from './running-services.js';

const POLL_MS = 25;

/** Runs all services in this process. */
export async function runTogether(options: RunOptions): Promise<RunningServices> {
  const { services, environmentOf, say } = options;
  await using undo = new AsyncDisposableStack();
  const booting = services.map((service) => boot(service, environmentOf(service)));
  const settled = await Promise.allSettled(booting);
  const up = settled.flatMap((booted) => (booted.status === 'fulfilled' ? [booted.value] : []));
  undo.defer(() => closeAll(up.map((handle) => () => handle.close())));
  const handles = await Promise.all(booting);
  await allReady(handles, say);
  let oneTimePassword: string | null = null;
  for (const [index, service] of services.entries()) {
    const admin = service.bootstrap && firstAdmin(environmentOf(service));
    oneTimePassword ??= (admin && (await handles[index]?.bootstrap(admin))?.oneTimePassword) ?? null;
  }
  const stack = undo.move();
  return { url: urlOf(handles.map(({ url }) => url)), oneTimePassword, close: () => stack.disposeAsync() };
}

async function allReady(handles: readonly ServiceHandle[], say: (text: string) => void): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const states = await Promise.all(handles.map(async (handle) => ({ name: handle.name, ...(await handle.ready()) })));
    const waiting = states.filter(({ ready }) => !ready);
    if (waiting.length === 0) {
      return;
    }
    const what = waiting.map(({ name, missing }) => `${name} (${missing.join(', ')})`).join(', ');
    say(`waiting for ${what}`);
    if (Date.now() > deadlineMs) {
      throw new PlainError(`Not ready after ${READY_TIMEOUT_MS / 1_000} s: ${what}`);
    }
    await delay(POLL_MS);
  }
}
