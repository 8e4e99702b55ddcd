import { setTimeout as delay } from 'node:timers/promises';
import { boot, firstAdmin, type Environment, type Service, type ServiceHandle } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import { closeAll, urlOf, type RunningServices, type RunOptions } from './running-services.js';

const POLL_MS = 25;

/** Runs all services in this process. */
export async function runTogether(options: RunOptions): Promise<RunningServices> {
  const { services, environmentOf, say, readyTimeoutMs } = options;
  await using undo = new AsyncDisposableStack();
  const booting = services.map((service) => bootInTime(service, environmentOf(service), readyTimeoutMs));
  const settled = await Promise.allSettled(booting);
  const up = settled.flatMap((booted) => (booted.status === 'fulfilled' ? [booted.value] : []));
  undo.defer(() => closeAll(up.map((handle) => () => handle.close())));
  const handles = await Promise.all(booting);
  await allReady(handles, say, readyTimeoutMs);
  let oneTimePassword: string | null = null;
  for (const [index, service] of services.entries()) {
    const admin = service.bootstrap && firstAdmin(environmentOf(service));
    oneTimePassword ??= (admin && (await handles[index]?.bootstrap(admin))?.oneTimePassword) ?? null;
  }
  const stack = undo.move();
  return { url: urlOf(handles.map(({ url }) => url)), oneTimePassword, close: () => stack.disposeAsync() };
}

/** @throws PlainError when it takes too long: the process ends then, and what was begun with it */
async function bootInTime(service: Service, environment: Environment, timeoutMs: number): Promise<ServiceHandle> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const see = environment.LOG_FILE ? `; see ${environment.LOG_FILE}` : '';
    late.reject(new PlainError(`The service ${service.name} was not up after ${timeoutMs / 1_000} s${see}`));
  }, timeoutMs);
  return Promise.race([boot(service, environment), late.promise]).finally(() => clearTimeout(timer));
}

async function allReady(
  handles: readonly ServiceHandle[],
  say: (text: string) => void,
  timeoutMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const states = await Promise.all(handles.map(async (handle) => ({ name: handle.name, ...(await handle.ready()) })));
    const waiting = states.filter(({ ready }) => !ready);
    if (waiting.length === 0) {
      return;
    }
    const what = waiting.map(({ name, missing }) => `${name} (${missing.join(', ')})`).join(', ');
    say(`waiting for ${what}`);
    if (Date.now() > deadlineMs) {
      throw new PlainError(`Not ready after ${timeoutMs / 1_000} s: ${what}`);
    }
    await delay(POLL_MS);
  }
}
