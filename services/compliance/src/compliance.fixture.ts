import {
  listPrivacyRequestEntries,
  openPrivacyRequest,
  type Operation,
  type OpenPrivacyRequestRequest,
  type PrivacyRequest,
} from '@tenantry/contracts';
import { Clock, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { Ledger, Mailer, type LedgerPlace, type Mail } from '@tenantry/service';
import { tenantsOnRealPostgres, testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceSettings } from './config.js';
import { Peers } from './places/peers.fixture.js';
import { complianceService } from './compliance.module.js';

/** Time as a test wants it. */
export class TestClock extends Clock {
  private aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }

  advanceDays(days: number): void {
    this.aheadMs += days * 86_400_000;
  }

  advanceMinutes(minutes: number): void {
    this.aheadMs += minutes * 60_000;
  }
}

/** A mail server that takes what it is given, or is down. */
export class MailServer {
  readonly mails: Mail[] = [];
  isDown = false;

  send(mail: Mail): Promise<void> {
    if (this.isDown) return Promise.reject(new Error('connect ECONNREFUSED'));
    this.mails.push(mail);
    return Promise.resolve();
  }

  kept(tenantId: string, address: string): Promise<string[]> {
    const isMeant = (mail: Mail): boolean => mail.to === address && mail.tenantId === tenantId;
    return Promise.resolve(this.mails.filter(isMeant).map(({ subject }) => subject));
  }

  forget(tenantId: string, address: string): Promise<number> {
    const left = this.mails.filter((mail) => mail.to !== address || mail.tenantId !== tenantId);
    const gone = this.mails.length - left.length;
    this.mails.splice(0, this.mails.length, ...left);
    return Promise.resolve(gone);
  }
}

/** A ledger in memory: a stream of NATS as its owner sees it. */
export class MemoryLedger implements LedgerPlace {
  made = 'the first';
  records: { sequence: number; id: string; text: string }[] = [];
  isDown = false;

  append(id: string, text: string): Promise<number> {
    if (this.isDown) return Promise.reject(new Error('no responders'));
    return Promise.resolve(this.records.push({ sequence: this.records.length + 1, id, text }));
  }

  range(): Promise<{ made: string; first: number; last: number }> {
    return Promise.resolve({ made: this.made, first: 1, last: this.records.length });
  }

  read(first: number, last: number): Promise<{ sequence: number; id: string; text: string }[]> {
    return Promise.resolve(this.records.slice(first - 1, last));
  }
}

/** Compliance with tenants A and B on a real Postgres, and a mail server that a test can look into. */
export class ComplianceFixture {
  readonly clock = new TestClock();
  readonly mail = new MailServer();
  readonly peers = new Peers();
  readonly records = new MemoryLedger();
  readonly ledger = new Ledger(this.records, 'compliance', [new Uint8Array(32).fill(2)]);
  /** Made while a suite is described. */
  readonly t = tenantsOnRealPostgres(complianceService, {
    // The service's clock alone: contexts keep the machine's.
    providers: [
      { provide: Clock, useValue: this.clock },
      { provide: Mailer, useValue: this.mail },
      { provide: RpcClient, useValue: this.peers },
      { provide: Ledger, useValue: this.ledger },
      { provide: ComplianceSettings, useValue: new ComplianceSettings({ PAGES_URL: 'https://api.example.com/' }) },
    ],
  });

  open(tenant: TestTenant, more: Partial<OpenPrivacyRequestRequest> = {}): Promise<PrivacyRequest> {
    const person = { subjectName: 'Ada Lovelace', subjectEmail: 'ada@example.com' };
    return tenant.call(openPrivacyRequest, { type: 'gdpr_access', ...person, ...more });
  }

  /** Calls an operation on a request with what it needs besides its id. */
  on<I extends { requestId: string }, O>(
    tenant: TestTenant,
    { id: requestId }: { readonly id: string },
    operation: Operation<I, O>,
    more: Partial<Omit<I, 'requestId'>> = {},
    facts: Partial<TenantContext> = {},
  ): Promise<O> {
    return tenant.call(operation, { requestId, ...more } as unknown as Partial<I>, facts);
  }

  /** Calls a public operation as somebody without a credential. */
  anonymous<I, O>(operation: Operation<I, O>, input: Partial<I>): Promise<O> {
    const actor = { kind: 'anonymous', id: 'anonymous', role: null } as const;
    const facts = { actor, permissions: [], credentialId: null };
    return this.t.bus.call(operation, input, testContext(PLATFORM_TENANT_ID, facts));
  }

  /** The name by which a tenant's form is called. */
  slugOf({ id }: TestTenant): string {
    return this.t.bus.directories.tenants.get(id)?.slug ?? '';
  }

  /** The code in the newest mail to an address. */
  codeFor(address: string): string {
    const mail = this.mail.mails.findLast(({ to }) => to === address);
    return /^ {4}(\d{6})$/m.exec(mail?.text ?? '')?.[1] ?? '';
  }

  /** What stands after the # of the link in the newest mail to an address. */
  tokenFor(address: string): string {
    const mail = this.mail.mails.findLast(({ to }) => to === address);
    return /^https:\/\/api\.example\.com\/privacy\/[^/\s]+\/verify#(\S+)$/m.exec(mail?.text ?? '')?.[1] ?? '';
  }

  /** What happened to a request, by kinds. */
  async kinds(tenant: TestTenant, { id: requestId }: { readonly id: string }): Promise<string[]> {
    return (await tenant.call(listPrivacyRequestEntries, { requestId })).data.map(({ kind }) => kind);
  }
}
