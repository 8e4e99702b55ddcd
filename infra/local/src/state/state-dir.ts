import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PlainError } from '../plain-error.js';

/** Where one instance keeps everything it makes. */
export interface StateDir {
  readonly root: string;
  readonly secrets: string;
  readonly logs: string;
  readonly postgres: string;
  readonly nats: string;
}

const OWNER_ONLY = 0o700;
/** When we are root, Postgres runs as another account and must pass through to its own folder. */
const OWNER_AND_PASSAGE = 0o711;

/** Makes the state directory, readable by its owner alone. @throws PlainError when it can't be written */
export function openStateDir(path: string): StateDir {
  const root = resolve(path);
  const state = {
    root,
    secrets: join(root, 'secrets'),
    logs: join(root, 'logs'),
    postgres: join(root, 'postgres'),
    nats: join(root, 'nats'),
  };
  try {
    mkdirSync(root, { recursive: true });
    accessSync(root, constants.W_OK | constants.X_OK);
    chmodSync(root, process.getuid?.() === 0 ? OWNER_AND_PASSAGE : OWNER_ONLY);
    for (const folder of [state.secrets, state.logs, state.nats]) {
      mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PlainError(
      `The state directory ${root} can't be written (${code}); set TENANTRY_STATE_DIR to one that can`,
      { cause: error },
    );
  }
  return state;
}
