import { defineService as declareOnBus, type ServiceDefinition } from '@tenantry/messaging';
import type { Abstract, Type } from '@nestjs/common';
import type { Logger } from './logger.js';
import type { SettingsClass } from './settings/settings.js';

/** A service as `boot` runs it: what the bus knows of it, and what only its own process needs. */
export interface Service extends ServiceDefinition {
  /** Its own settings, made with `settings({…})`; handlers get them by their class. */
  readonly settings?: SettingsClass<object>;
  /** Opens its HTTP port; called when everything else is ready. */
  readonly http?: (service: RunningService, address: HttpAddress) => Promise<HttpServer>;
  /** Makes what must exist before the first person can sign in. Called at every start, so it must not do it twice. */
  readonly bootstrap?: (service: RunningService, admin: FirstAdmin) => Promise<FirstAdminResult>;
}

/** What the hooks of a service see of it. */
export interface RunningService {
  readonly name: string;
  readonly log: Logger;
  /** A provider of the service's module, or one that every service has. */
  get<T>(token: Type<T> | Abstract<T>): T;
}

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

export interface HttpServer {
  readonly url: string;
  /** Takes no new requests, finishes those in flight, cuts those that take longer than `drainTimeoutMs`, then closes. */
  close(drainTimeoutMs: number): Promise<void>;
}

export interface FirstAdmin {
  readonly email: string;
  /** Null: a one-time password is to be made. */
  readonly password: string | null;
}

export interface FirstAdminResult {
  readonly created: boolean;
  /** The one-time password that was made; shown once, kept nowhere. */
  readonly oneTimePassword: string | null;
}

/** Declares a service; only the name and the module are needed. */
export function defineService(declared: Pick<Service, 'name' | 'module'> & Partial<Service>): Service {
  return { ...declared, ...declareOnBus(declared) };
}
