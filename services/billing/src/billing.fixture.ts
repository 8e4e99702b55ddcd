import {
  setBillingSuspension,
  TenantActivated,
  type Operation,
  type SetBillingSuspensionRequest,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID, type Clock, type TenantContext } from '@tenantry/kernel';
import { RpcClient, type EntitlementsEntry } from '@tenantry/messaging';
import { Mailer, MailSettings, OutboundHttp, type Environment, type Mail } from '@tenantry/service';
import { tenantsOnRealPostgres, testContext, type Tenants } from '@tenantry/testing';
import { billingService } from './billing.module.js';
import { BillingSettings } from './config.js';

/** Keeps mails instead of sending them. */
export class KeptMailer extends Mailer {
  readonly sent: Mail[] = [];
  constructor() {
    super(new MailSettings({}));
  }
  override send(mail: Mail): Promise<void> {
    this.sent.push(mail);
    return Promise.resolve();
  }
}

/** The registry of tenants, as far as billing calls it: what it was told last about each. */
export class FakeRegistry {
  readonly suspended = new Map<string, boolean>();

  call(operation: Operation, { tenantId, suspended }: SetBillingSuspensionRequest): Promise<{ status: string }> {
    if (operation !== (setBillingSuspension as Operation))
      throw new TypeError(`${operation.name} is not called by billing`);
    this.suspended.set(tenantId, suspended);
    return Promise.resolve({ status: suspended ? 'suspended' : 'active' });
  }
}

/** Billing on a real Postgres, with tenants A and B; the platform is known too. */
export function billingOnRealPostgres(
  options: { readonly clock?: Clock; readonly environment?: () => Environment } = {},
): Tenants {
  const settings = { provide: BillingSettings, useFactory: () => new BillingSettings(options.environment?.() ?? {}) };
  const outbound = { provide: OutboundHttp, useValue: new OutboundHttp({ networks: [] }) };
  const registry = { provide: RpcClient, useValue: new FakeRegistry() };
  const mailer = { provide: Mailer, useValue: new KeptMailer() };
  const providers = [settings, outbound, registry, mailer];
  const tenants = tenantsOnRealPostgres(billingService, { ...options, providers });
  beforeEach(() => tenants.bus.announce(PLATFORM_TENANT_ID));
  return tenants;
}

/** Platform staff who may do everything, or less. */
export function staff(facts: Partial<TenantContext> = {}): TenantContext {
  return testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: newId(), role: 'super_admin' }, ...facts });
}

/** Opens a tenant, as the registry announces it: it gets the default plan. */
export async function activate({ bus }: Tenants, tenantId: string): Promise<void> {
  await bus.deliver({ event: new TenantActivated({ tenantId, version: 2n }), tenantId });
}

/** What the relay would do: the directory of entitlements follows the outbox. */
export async function relayEntitlements({ bus, database }: Tenants): Promise<void> {
  const rows = await database.admin<{ key: string; payload: { version: number; value: EntitlementsEntry } }>(
    `select split_part(subject, '.', 2) as key, payload from billing.outbox
     where kind = 'directory' and starts_with(subject, 'entitlements.') order by position`,
  );
  for (const { key, payload } of rows) {
    bus.directories.entitlements.put(key, { ...payload.value, version: payload.version });
  }
}
