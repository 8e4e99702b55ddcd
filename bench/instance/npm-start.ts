import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Running } from './program.js';

const root = join(import.meta.dirname, '../..');
const READY = /ready\s+(http\S+)/;

/** Starts an instance as `npm start` does: the built program, by the same options of Node. */
export function npmStart(settings: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Running> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const [, ...words] = scripts.start.split(' ');
  return run(join(root, words.at(-1)!), settings, READY, words.slice(0, -1), args);
}
