import { readFileSync } from 'node:fs';
import type { OpenInstance } from '@tenantry/local';
import { attackBus } from './bus/attack-bus.js';
import type { Caller } from './client/caller.js';
import { Client } from './client/client.js';
import { Sessions } from './client/sessions.js';
import { attackHttp } from './http/attack-http.js';
import { crossAccess } from './http/cross-access.js';
import { crossCursors } from './http/cross-cursors.js';
import { crossIdempotencyKeys } from './http/cross-idempotency-keys.js';
import { crossRows } from './http/cross-rows.js';
import { crossTrail } from './http/cross-trail.js';
import { Forms } from './inputs/form.js';
import { createProductTables, fillTables, type RowIds, type TableNames } from './inputs/tables.js';
import { Collector } from './leaks/collector.js';
import { readDisk } from './leaks/disk.js';
import { Leaks } from './leaks/leaks.js';
import { Logs } from './leaks/logs.js';
import { Stored } from './leaks/stored.js';
import { attackPool } from './pool/attack-pool.js';
import { Findings, type Section } from './report/outcome.js';
import { attackSql } from './sql/attack-sql.js';
import { measureTimes, type TimingOptions } from './timing/measure-times.js';
import { buildWorld } from './world/build-world.js';
import { Canary } from './world/canary.js';
import { Leavings } from './world/leavings.js';
import type { ProductRows, Tenant, World } from './world/tenant.js';
import { Workshop } from './world/workshop.js';

/** What is to be verified, and with whose help. */
export interface VerifyOptions {
  readonly url: string;
  /** A super admin of the platform. */
  readonly email: string;
  readonly password: string;
  /** The domain below which every tenant has a host name. */
  readonly baseDomain: string;
  /** What a thief on the machine holds; null when the state directory was not given. */
  readonly instance: OpenInstance | null;
  /** Where to take traces and metrics of the instance; null when it sends none here. */
  readonly collectorPort: number | null;
  /** How old the run's own access tokens may become before they are made anew; null for half of their life. */
  readonly freshMs: number | null;
  /** How much is measured where times are. */
  readonly timing: TimingOptions;
  /** Told what is going on. */
  readonly say: (section: Section, text: string) => void;
}

/** What of it is tried this time. */
export interface Scope {
  /** The operations, by name. */
  readonly only: RegExp;
  readonly sections: readonly Section[];
}

/** Everything but the measuring of times, which takes long. */
export const USUAL_SECTIONS: readonly Section[] = ['http', 'sql', 'bus', 'pool', 'answers', 'leaks'];

const NO_INSTANCE = 'needs what the state directory holds; give --state-dir';

/** What attacks need, made once. */
interface Stage {
  readonly client: Client;
  readonly leaks: Leaks;
  readonly leavings: Leavings;
  /** Null without an instance. */
  readonly logs: Logs | null;
  readonly collector: Collector | null;
  readonly startedAt: Date;
  readonly workshop: Workshop;
  readonly world: World;
  readonly productTables: TableNames;
  readonly productRows: ProductRows;
}

/** A running system with tenants made for being attacked. They are made once and may be attacked often. */
export class Verification implements AsyncDisposable {
  private constructor(
    private readonly options: VerifyOptions,
    private readonly stage: Stage,
  ) {}

  /** Makes the tenants. @throws Error when the system does not let them be made */
  static async prepare(options: VerifyOptions): Promise<Verification> {
    options.say('controls', 'making tenants');
    const [leaks, leavings] = [new Leaks(), new Leavings()];
    const startedAt = new Date();
    const logs = options.instance && new Logs(options.instance.state.root);
    const { collectorPort } = options;
    const collector = collectorPort === null ? null : await Collector.listen(collectorPort, leaks.marks);
    const sessions = new Sessions(options.freshMs);
    const client = new Client(options.url, [leaks.witness, leavings.witness], sessions);
    const admin = await Workshop.admin(client, options);
    try {
      const workshop = new Workshop(client, admin);
      const { baseDomain, instance } = options;
      const accessKeyPem = instance && readFileSync(instance.secrets.accessKey.privateKey, 'utf8');
      const world = await buildWorld(workshop, { baseDomain, accessKeyPem });
      for (const { a, b } of world.pairs) leaks.protect(a, b);
      const productTables = await createProductTables(client, admin, new Canary());
      const productRows = new Map<Tenant, RowIds>();
      for (const tenant of world.pairs.flatMap(({ a, b }) => [a, b])) {
        productRows.set(tenant, await fillTables(client, tenant, productTables));
      }
      const watching = { leaks, leavings, logs, collector, startedAt };
      return new Verification(options, { client, ...watching, workshop, world, productTables, productRows });
    } catch (error) {
      await collector?.[Symbol.asyncDispose]();
      await leave(client, admin, leavings);
      throw error;
    }
  }

  /** The product tables in which every tenant has rows. */
  get tables(): TableNames {
    return this.stage.productTables;
  }

  get pairs(): World['pairs'] {
    return this.stage.world.pairs;
  }

  /** Attacks, and tells what held. */
  async attack({ only, sections }: Scope): Promise<Findings> {
    const findings = new Findings();
    findings.durationsMs.set('controls', 0); // they are part of what they control
    this.stage.leaks.forget();
    const parts = [
      ['http', () => this.overHttp(findings, only)],
      ['sql', () => this.inSql(findings)],
      ['bus', () => this.onTheBus(findings)],
      ['pool', () => this.onPooledSessions(findings)],
      ['answers', () => this.stage.leaks.report(findings)],
      ['leaks', () => this.inWhatCameOut(findings)],
      ['timing', () => this.inTimes(findings, only)],
    ] as const;
    for (const [section, part] of parts) {
      if (!sections.includes(section)) continue;
      const startedMs = performance.now();
      await guarded(findings, section, part);
      findings.durationsMs.set(section, performance.now() - startedMs);
    }
    return findings;
  }

  /** For such a time nobody has to sign in again, which a hole that is planted meanwhile might keep them from. */
  freshen(forMs: number): Promise<void> {
    return this.stage.client.sessions.freshen(forMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Takes away what was made. @returns what could not be taken away */
  async close(): Promise<string[]> {
    this.options.say('controls', 'clearing away');
    const { client, workshop, leavings, collector } = this.stage;
    await collector?.[Symbol.asyncDispose]();
    return leave(client, workshop.admin, leavings);
  }

  private async overHttp(findings: Findings, only: RegExp): Promise<void> {
    const { options } = this;
    if (!options.instance) findings.leaveOut({ section: 'http', subject: 'expired token', reason: NO_INSTANCE });
    const progress = (done: number, all: number): void => options.say('http', `${done} of ${all} operations`);
    const hasMails = Boolean(options.instance?.outbox);
    const run = { ...this.stage, forms: this.forms(), findings, progress, only, hasMails };
    const { productTables } = this.stage;
    await attackHttp(run);
    await guarded(findings, 'cursors', () => crossCursors(run));
    await guarded(findings, 'idempotency keys', () => crossIdempotencyKeys(run));
    await guarded(findings, 'rows', () => crossRows(run, productTables));
    await guarded(findings, 'access declarations', () => crossAccess(run));
    await guarded(findings, 'trails', () => crossTrail(run));
  }

  private async inSql(findings: Findings): Promise<void> {
    const { world, productTables, productRows } = this.stage;
    const { instance, say } = this.options;
    if (!instance) return findings.leaveOut({ section: 'sql', subject: 'everything', reason: NO_INSTANCE });
    const progress = (text: string): void => say('sql', text);
    await attackSql({ instance, pairs: world.pairs, productTables, productRows, findings, progress });
  }

  private async onTheBus(findings: Findings): Promise<void> {
    const { instance, say } = this.options;
    if (!instance) return findings.leaveOut({ section: 'bus', subject: 'everything', reason: NO_INSTANCE });
    await attackBus({ instance, ...this.stage, findings, progress: (text) => say('bus', text) });
  }

  private async onPooledSessions(findings: Findings): Promise<void> {
    const { instance, say } = this.options;
    if (!instance) findings.leaveOut({ section: 'pool', subject: 'cut sessions', reason: NO_INSTANCE });
    await attackPool({ ...this.stage, instance, findings, progress: (text) => say('pool', text) });
  }

  private async inWhatCameOut(findings: Findings): Promise<void> {
    const { instance } = this.options;
    const { leaks, logs, collector, startedAt } = this.stage;
    if (collector) collector.report(findings);
    else findings.leaveOut({ section: 'leaks', subject: 'traces and metrics', reason: 'give --collector' });
    if (!instance) return findings.leaveOut({ section: 'leaks', subject: 'files, events, log', reason: NO_INSTANCE });
    logs?.report(leaks.marks, findings);
    await readDisk({ root: instance.state.root, since: startedAt }, leaks.marks, findings);
    await new Stored(instance, leaks.marks, startedAt).report(findings);
  }

  private async inTimes(findings: Findings, only: RegExp): Promise<void> {
    const progress = (text: string): void => this.options.say('timing', text);
    await measureTimes({ ...this.stage, ...this.options.timing, forms: this.forms(), findings, only, progress });
  }

  /** What one section makes for reading is shared within it. */
  private forms(): Forms {
    return new Forms({ productTables: this.stage.productTables, outbox: this.options.instance?.outbox ?? null });
  }
}

async function leave(client: Client, admin: Caller, leavings: Leavings): Promise<string[]> {
  try {
    return await leavings.clear(client, admin);
  } finally {
    client.close();
  }
}

/** What can't be set up, because the system does not do what its own tenants ask, has failed. */
async function guarded(findings: Findings, subject: string, attack: () => Promise<void> | void): Promise<void> {
  await Promise.try(attack).catch((error: Error) => {
    const outcome = { subject, attack: 'control: its set-up', held: false, expected: 'success', seen: error.message };
    findings.record({ section: 'controls', ...outcome });
  });
}
