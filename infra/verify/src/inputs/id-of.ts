import type { Caller } from '../client/caller.js';
import { json } from '../client/client.js';
import type { Bench } from './kinds.js';

/** Makes something by a POST, and answers its id. */
export const idOf = async (bench: Bench, caller: Caller, path: string, body: object, name = 'id'): Promise<string> => {
  const made = await bench.workshop.client.must(caller, json('POST', path, body));
  return made[name] as string;
};
