import type { Environment, Service } from '@tenantry/service';

export const READY_TIMEOUT_MS = 60_000;

/** All services, running. */
export interface RunningServices {
  /** Where the gateway is. */
  readonly url: string;
  /** Shown once: the first administrator's password, when one had to be made. */
  readonly oneTimePassword: string | null;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly services: readonly Service[];
  readonly environmentOf: (service: Service) => Environment;
  readonly say: (text: string) => void;
  /** Called when a service ends by itself. */
  readonly onLost: (name: string) => void;
}

/** The one among the services' addresses that people use: the gateway's. */
export function urlOf(urls: readonly (string | null)[]): string {
  return urls.find((url) => url !== null) ?? '';
}

/**
 * Stops the last one first, whom people ask, while the others still answer it; then these together, so that one that takes its time holds
 * up nobody else.
 */
export async function closeAll(closes: readonly (() => Promise<void>)[]): Promise<void> {
  await closes.at(-1)?.();
  await Promise.all(closes.slice(0, -1).map((close) => close()));
}
