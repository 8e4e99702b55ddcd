import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Environment, ServiceNews } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import { SERVICE_NODE_OPTIONS } from './node-options.js';
import { closeAll, READY_TIMEOUT_MS, urlOf, type RunningServices, type RunOptions } from './running-services.js';

const STOP_PATIENCE_MS = 20_000;

/** Runs every service as a process of its own. */
export async function runApart(
  options: RunOptions & { readonly mainOf: (service: string) => string },
): Promise<RunningServices> {
  const { services, say, onLost } = options;
  await using undo = new AsyncDisposableStack();
  const stops: (() => Promise<void>)[] = [];
  undo.defer(() => closeAll(stops));
  const children = services.map((service) => {
    const child = spawnService(options.mainOf(service.name), options.environmentOf(service));
    stops.push(() => stopChild(child));
    return child;
  });
  const waiting = new Set(services.map(({ name }) => name));
  const news = await Promise.all(
    children.map(async (child, index) => {
      const name = services[index]?.name ?? '';
      const said = await firstNews(child, name, options.environmentOf(services[index]!).LOG_FILE ?? '');
      waiting.delete(name);
      say(`waiting for ${[...waiting].join(', ')}`);
      return said;
    }),
  );
  let closing = false;
  children.forEach((child, index) => child.once('exit', () => closing || onLost(services[index]?.name ?? '')));
  const stack = undo.move();
  return {
    url: urlOf(news.map(({ url }) => url)),
    oneTimePassword: news.find(({ oneTimePassword }) => oneTimePassword)?.oneTimePassword ?? null,
    close: () => {
      closing = true;
      return stack.disposeAsync();
    },
  };
}

function spawnService(main: string, environment: Environment): ChildProcess {
  const log = openSync(environment.LOG_FILE ?? '/dev/null', 'a', 0o600);
  try {
    return spawn(process.execPath, [...SERVICE_NODE_OPTIONS, main], {
      env: { ...environment },
      detached: true, // Ctrl-C at the terminal is for us; we stop the services in order
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

function firstNews(child: ChildProcess, name: string, logFile: string): Promise<ServiceNews> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new PlainError(`The service ${name} ${why}; see ${logFile}`));
    const timer = setTimeout(() => fail(`was not ready after ${READY_TIMEOUT_MS / 1_000} s`), READY_TIMEOUT_MS);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message as ServiceNews);
    });
    child.once('exit', () => {
      clearTimeout(timer);
      fail(`stopped while starting: ${lastLine(logFile)}`);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(insist);
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
}
