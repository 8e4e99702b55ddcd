import type { Environment } from './settings.js';

/** The environment of this process: what `serve` reads settings from when nobody hands it others. */
export const processEnvironment: Environment = process.env;
