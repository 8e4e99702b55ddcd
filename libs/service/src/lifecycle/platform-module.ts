import type { DynamicModule, Provider } from '@nestjs/common';
import { ControlDatabase, PersonDatabase, SubjectVault, TenantDatabase, Vault, type Doors } from '@tenantry/database';
import { Clock, SystemClock } from '@tenantry/kernel';
import { Bus, ContextSigner, Directories, LedgerStream, RpcClient } from '@tenantry/messaging';
import { Cursors } from '../cursors.js';
import { Ledger } from '../ledger.js';
import { LinkSigner } from '../link-signer.js';
import { Logger } from '../logger.js';
import { MailSettings } from '../mail/mail-settings.js';
import { Mailer } from '../mail/mailer.js';
import { OutboundHttp } from '../outbound/outbound-http.js';
import type { Service } from '../service.js';
import type { Environment } from '../settings/settings.js';

/** What every service's handlers can be given. */
export interface PlatformParts {
  readonly doors: Doors | null;
  readonly bus: Bus;
  readonly signer: ContextSigner;
  readonly rpc: RpcClient;
  readonly directories: Directories;
  readonly log: Logger;
  readonly outbound: OutboundHttp;
  readonly masterKey: Uint8Array | null;
  /** The one before or the one to come, while the operator changes it. */
  readonly otherMasterKey: Uint8Array | null;
  readonly environment: Environment;
}

class PlatformModule {}
class ServiceRoot {}

/** The service's own module below a global one that has the doors, the bus and the rest. */
export function rootModule(service: Service, parts: PlatformParts): DynamicModule {
  const providers = platformProviders(service, parts);
  const platform: DynamicModule = { module: PlatformModule, global: true, providers, exports: providers };
  return { module: ServiceRoot, imports: [platform, service.module] };
}

function platformProviders(service: Service, parts: PlatformParts): Provider[] {
  const { doors, masterKey, otherMasterKey } = parts;
  const given = [
    { provide: Bus, useValue: parts.bus },
    { provide: ContextSigner, useValue: parts.signer },
    { provide: RpcClient, useValue: parts.rpc },
    { provide: Directories, useValue: parts.directories },
    { provide: Logger, useValue: parts.log },
    { provide: OutboundHttp, useValue: parts.outbound },
    { provide: Mailer, useValue: new Mailer(new MailSettings(parts.environment)) },
    { provide: Clock, useValue: new SystemClock() },
  ];
  const stored = doors && [
    { provide: TenantDatabase, useValue: doors.tenants },
    { provide: PersonDatabase, useValue: doors.persons },
    { provide: ControlDatabase, useValue: doors.control },
    { provide: Vault, useValue: doors.vault },
    { provide: SubjectVault, useValue: doors.subjects },
  ];
  const cursors = masterKey && [{ provide: Cursors, useValue: new Cursors(masterKey, service.name) }];
  const masterKeys = [masterKey, otherMasterKey].filter((key) => key !== null);
  const ledger = service.ledger && [
    { provide: Ledger, useValue: new Ledger(new LedgerStream(parts.bus, service.name), service.name, masterKeys) },
  ];
  const links = masterKey && [{ provide: LinkSigner, useValue: new LinkSigner(service.name, masterKeys) }];
  const own = service.settings && [{ provide: service.settings, useValue: new service.settings(parts.environment) }];
  return [...given, ...(stored ?? []), ...(cursors ?? []), ...(links ?? []), ...(ledger || []), ...(own ?? [])];
}
