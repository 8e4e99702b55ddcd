import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Running } from './program.js';

const root = join(import.meta.dirname, '../..');
const READY = /ready\s+(http\S+)/;

/** How a program of the product is run. */
export interface StartOptions {
  readonly args?: readonly string[];
  /** Of Node; by default those of `npm start`. */
  readonly nodeOptions?: readonly string[];
}

/** Starts an instance as `npm start` does: the built program, by the same options of Node. */
export function npmStart(settings: Readonly<Record<string, string>>, options: StartOptions = {}): Promise<Running> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const [, ...words] = scripts.start.split(' ');
  return run(join(root, words.at(-1)!), settings, READY, options.nodeOptions ?? words.slice(0, -1), options.args);
}
