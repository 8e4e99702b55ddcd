import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { readOwnValues, type OwnValues } from '@tenantry/contracts';
import { Clock, Fault, type TenantContext, ValueHasher } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { Fresh } from '../models/fresh.js';
import { serviceContext } from '../models/platform-context.js';
import type { Guardrail, OwnValueFinder } from './guardrail.js';
import { OwnValueFilter } from './own-value-filter.js';

const FRESH_MS = 2_000;
const MAX_TENANTS = 100;
/** What was taken out of an index is found for so long after it at most, and longer the larger it is: then it is read as a whole again. */
const WHOLE_EVERY_MS = 30_000;
const WHOLE_MS_PER_VALUE = 0.2;
/** What came to an index since it was read as a whole is looked through beside it, up to so many bytes. */
const MAX_RECENT_BYTES = 200_000;

/** A tenant's index as far as it is known. */
interface Known {
  readonly key: Buffer;
  readonly version: bigint;
  readonly removals: bigint;
  readonly isComplete: boolean;
  /** What it had when it was read as a whole, and when that was. */
  readonly base: OwnValueFilter;
  readonly wholeAtMs: number;
  /** What came to it since. */
  readonly recent: Buffer;
  readonly since: OwnValueFilter;
}

/**
 * The filters by which tenants' own values are found, from memory and at most two seconds older than the index of the data service. Read is only what came
 * to it; a filter that is not whole yet is none.
 */
@Injectable()
export class OwnValueFilters {
  private readonly fresh: Fresh<Known>;
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {
    this.fresh = new Fresh(clock, (home) => this.load(home), { forMs: FRESH_MS, maxKeys: MAX_TENANTS });
  }

  /**
   * The tenant's guardrails with what they look for; while that is not known, those that are enforced let nothing past.
   */
  async equip(guardrails: readonly Guardrail[], ctx: TenantContext): Promise<readonly Guardrail[]> {
    const looking = guardrails.filter(({ kind }) => kind === 'own-values');
    if (looking.length === 0) return guardrails;
    const { tenantId, cell, mode } = ctx;
    const known = await this.fresh.get(JSON.stringify([tenantId, cell, mode])).catch(() => null);
    const values = known?.isComplete ? valuesOf(known) : null;
    return guardrails.map((guardrail) => (guardrail.kind === 'own-values' ? { ...guardrail, values } : guardrail));
  }

  private async load(home: string): Promise<Known> {
    const [tenantId, cell, mode] = JSON.parse(home) as [string, string, TenantContext['mode']];
    const ctx = serviceContext(tenantId, { cell, mode });
    const before = this.known.get(tenantId);
    const known = await this.follow(ctx, before);
    this.known.delete(tenantId);
    this.known.set(tenantId, known);
    if (this.known.size > MAX_TENANTS) this.known.delete(this.known.keys().next().value!);
    return known;
  }

  /** What came to the index; all of it when it is another one, or something was taken out some time ago. */
  private async follow(ctx: TenantContext, before: Known | undefined): Promise<Known> {
    const next = before && (await this.read(ctx, before.version));
    if (!before || !next || this.isOutdated(before, next)) return this.whole(ctx);
    const { marks, last } = await this.rest(ctx, next);
    const { version, complete: isComplete } = last;
    if (marks.length === 0) return { ...before, version, isComplete };
    const recent = Buffer.concat([before.recent, marks]);
    return { ...before, version, isComplete, recent, since: filterOf(before.key, recent) };
  }

  private isOutdated({ key, version, removals, wholeAtMs, recent, base }: Known, next: OwnValues): boolean {
    const isOther = !key.equals(next.key) || next.version < version;
    const dueMs = wholeAtMs + Math.max(WHOLE_EVERY_MS, base.size * WHOLE_MS_PER_VALUE);
    return isOther || recent.length > MAX_RECENT_BYTES || (next.removals !== removals && this.nowMs() > dueMs);
  }

  private async whole(ctx: TenantContext): Promise<Known> {
    const first = await this.read(ctx, 0n);
    const { marks, last } = await this.rest(ctx, first);
    const [key, recent] = [Buffer.from(first.key), Buffer.alloc(0)];
    if (!key.equals(last.key)) throw new Fault('unavailable', { detail: 'The index of own values is being replaced' });
    const { version, complete: isComplete } = last;
    const facts = { key, version, removals: first.removals, isComplete, wholeAtMs: this.nowMs() };
    return { ...facts, base: filterOf(key, marks), recent, since: filterOf(key, recent) };
  }

  /** A part with all parts after it. */
  private async rest(ctx: TenantContext, first: OwnValues): Promise<{ marks: Buffer; last: OwnValues }> {
    const parts = [first];
    while (parts.at(-1)!.hasMore) parts.push(await this.read(ctx, parts.at(-1)!.version));
    return { marks: Buffer.concat(parts.map(({ marks }) => marks)), last: parts.at(-1)! };
  }

  private read(ctx: TenantContext, afterVersion: bigint): Promise<OwnValues> {
    return this.rpc.call(readOwnValues, { afterVersion }, ctx);
  }

  private nowMs(): number {
    return this.clock.now().getTime();
  }
}

function filterOf(key: Buffer, packed: Buffer): OwnValueFilter {
  return new OwnValueFilter(new ValueHasher(createSecretKey(key)), packed);
}

function valuesOf({ base, since }: Known): OwnValueFinder {
  return {
    find: (text) => [...base.find(text), ...since.find(text)],
    beginning: (text) => Math.min(base.beginning(text), since.beginning(text)),
  };
}
