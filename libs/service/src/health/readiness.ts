import type { Doors } from '@tenantry/database';
import { inTime } from '@tenantry/kernel';
import type { Bus, Directories } from '@tenantry/messaging';

const MAX_DIRECTORY_SILENCE_MS = 5_000;
/** Whoever asks whether we can answer is to be answered. */
const PING_TIMEOUT_MS = 5_000;

/** Whether a service can answer right now, and if not, what it is missing. */
export interface Readiness {
  readonly ready: boolean;
  readonly missing: readonly string[];
}

/** Asks everything that a service depends on. */
export async function askReadiness(
  parts: {
    bus: Pick<Bus, 'connected'>;
    directories: Pick<Directories, 'stale'>;
    doors: { control: Pick<Doors['control'], 'ping'> } | null;
  },
  pingTimeoutMs = PING_TIMEOUT_MS,
): Promise<Readiness> {
  const missing = parts.directories.stale(MAX_DIRECTORY_SILENCE_MS).map((bucket) => `directory ${bucket}`);
  if (!parts.bus.connected) {
    missing.push('NATS');
  }
  try {
    if (parts.doors) await inTime(parts.doors.control.ping(), pingTimeoutMs, () => new Error('no answer'));
  } catch {
    missing.push('Postgres');
  }
  return { ready: missing.length === 0, missing };
}
