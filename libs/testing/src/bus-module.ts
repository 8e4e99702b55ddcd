import { randomBytes } from 'node:crypto';
import type { DynamicModule, Provider } from '@nestjs/common';
import { ControlDatabase, type Doors, PersonDatabase, SubjectVault, TenantDatabase, Vault } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories, silentLog, type Log, type ServiceDefinition } from '@tenantry/messaging';
import { Cursors, LinkSigner, Logger } from '@tenantry/service';

/** A service to be run without a network. */
export interface InMemoryBusOptions {
  readonly service: ServiceDefinition;
  readonly doors: Doors | null;
  /** What the handlers need besides what every service has; also replaces that. */
  readonly providers?: readonly Provider[];
  readonly clock?: Clock;
  readonly log?: Log;
}

class BusModule {}
class BusRoot {}

/** The service's module, with what `boot()` would give it. */
export function rootModule(
  { service, doors, providers = [], log = silentLog }: InMemoryBusOptions,
  directories: Directories,
  clock: Clock,
): DynamicModule {
  const given: Provider[] = [
    { provide: Clock, useValue: clock },
    { provide: Directories, useValue: directories },
    { provide: Logger, useValue: log },
    { provide: Cursors, useValue: new Cursors(randomBytes(32), service.name) },
    { provide: LinkSigner, useValue: new LinkSigner(service.name, [randomBytes(32)]) },
  ];
  const stored: Provider[] = doors
    ? [
        { provide: TenantDatabase, useValue: doors.tenants },
        { provide: PersonDatabase, useValue: doors.persons },
        { provide: ControlDatabase, useValue: doors.control },
        { provide: Vault, useValue: doors.vault },
        { provide: SubjectVault, useValue: doors.subjects },
      ]
    : [];
  const all = [...given, ...stored, ...providers];
  return {
    module: BusRoot,
    imports: [{ module: BusModule, global: true, providers: all, exports: all }, service.module],
  };
}
