import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeSetting, SettingsError, type Environment, type Service } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import { startInstance } from './start-instance.js';
import { LocalSettings } from './local-settings.js';
import { Progress } from './progress.js';
import type { RunningServices } from './running-services.js';

export interface StartOptions {
  readonly services: readonly Service[];
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly environment: Environment;
  /** The program that runs one service, for `--split`. */
  readonly mainOf: (service: string) => string;
}

/**
 * `npm start`: brings up everything that is not there, tells how to use it, and runs until Ctrl-C. Whatever goes wrong
 * ends with one clear line and exit code 1, and nothing left running.
 */
export async function start(options: StartOptions): Promise<void> {
  const progress = new Progress();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(null));
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ignoreGoneReader);
  }
  let logFolder: string | undefined;
  try {
    const { split, help } = parseArguments(options.argv);
    if (help) {
      return progress.line(usage());
    }
    const settings = new LocalSettings(options.environment);
    logFolder = join(settings.TENANTRY_STATE_DIR, 'logs');
    progress.line('Tenantry');
    await using instance = await startInstance({ ...options, settings, split, progress, stop });
    welcome(progress, settings, instance);
    await stopped(stop.signal);
    progress.line('stopping…');
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) {
      explain(error, logFolder);
      process.exitCode = 1;
    }
  }
  if (stop.signal.reason instanceof PlainError) {
    explain(stop.signal.reason, logFolder);
    process.exitCode = 1;
  }
}

/** Whoever read along may be gone, with a closed terminal or `| head`; what was started must still be stopped. */
function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    throw error;
  }
}

function parseArguments(argv: readonly string[]): { split: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { split: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    return values;
  } catch (error) {
    throw new PlainError(`${(error as Error).message}. Try: npm start -- --help`);
  }
}

function usage(): string {
  const names = Object.keys(LocalSettings.shape);
  const lines = names.map((name) => `  ${name.padEnd(30)} ${describeSetting(LocalSettings.shape, name)}`);
  return [
    'npm start [-- --split]',
    '',
    '--split   runs every service as a process of its own',
    '',
    'Settings (environment):',
    ...lines,
  ].join('\n');
}

function welcome(progress: Progress, settings: LocalSettings, { url, oneTimePassword }: RunningServices): void {
  const email = settings.TENANTRY_ADMIN_EMAIL;
  const body = JSON.stringify({ email, password: oneTimePassword ?? 'your password' });
  const password = oneTimePassword
    ? [`  password       ${oneTimePassword}   (one-time: shown now and never again)`]
    : [];
  const lines = [
    '',
    `  ready          ${url}   (API reference: ${url}/docs, privacy desk: ${url}/console/)`,
    `  administrator  ${email}`,
    ...password,
    '',
    `  curl -s ${url}/v1/auth/login -H 'content-type: application/json' -d '${body}'`,
    '',
    '  Ctrl-C stops everything that was started here.',
  ];
  lines.forEach((line) => progress.line(line));
}

function stopped(signal: AbortSignal): Promise<void> {
  return signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** One line for a person; the whole of an unexpected error goes to a file. */
function explain(error: unknown, logFolder: string | undefined): void {
  const expected = error instanceof PlainError || error instanceof SettingsError;
  const message = error instanceof Error ? error.message : String(error);
  let hint = '';
  if (!expected && logFolder && error instanceof Error) {
    const file = join(logFolder, 'start.log');
    appendFileSync(file, `${new Date().toISOString()} ${error.stack}\n`, { mode: 0o600 });
    hint = ` (see ${file})`;
  }
  console.error(`tenantry: ${message.split('\n')[0]}${hint}`);
}
