import { Controller } from '@nestjs/common';
import { joinRange, parseCheckpoint, sameHash, subtreesOf } from '@tenantry/audit-proofs';
import {
  compareAuditAnchors,
  type AuditAnchorComparison,
  type AuditDeviation,
  type CompareAuditAnchorsRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Alarm } from '../proofs/alarm.js';
import { hashOf, LogAltered, storedRangeOf, type ReadHashes } from '../proofs/stored-tree.js';
import { readHashes } from '../proofs/subtree.table.js';
import { AnchorStore, type Anchor } from './anchor-store.js';

const AT_ONCE = 200;

/** Compares the log with what the write-once store has of it. A deviation is an alarm as well. */
@Controller()
export class CompareAuditAnchors {
  constructor(
    private readonly store: AnchorStore,
    private readonly tenants: TenantDatabase,
    private readonly alarm: Alarm,
  ) {}

  @Handles(compareAuditAnchors)
  async handle({ from }: CompareAuditAnchorsRequest, ctx: TenantContext): Promise<AuditAnchorComparison> {
    const { anchors, next } = await this.store.list(ctx.tenantId, Number(from ?? 1), AT_ONCE);
    const read = readHashes({ query: (statement) => this.tenants.query(ctx, statement) });
    const roots = await rootsAt(ctx.tenantId, anchors, read);
    const deviation = firstDeviation(anchors, roots);
    if (deviation) this.alarm.raise(ctx.tenantId, new LogAltered(deviation.detail));
    return {
      ...{ compared: anchors.length, holds: deviation === null, deviation },
      nextFrom: next === null ? null : BigInt(next),
    };
  }
}

/** The roots that the stored log has at the sizes of anchors, in one reading; null where a part of it is missing. */
async function rootsAt(tenantId: string, anchors: readonly Anchor[], read: ReadHashes): Promise<(Uint8Array | null)[]> {
  const parts = anchors.map(({ size }) =>
    subtreesOf({ from: 0, to: size }).map((subtree) => storedRangeOf(tenantId, subtree)),
  );
  const found = (await read(parts.flat())).values();
  return parts.map((ranges) => {
    const stored = ranges.map((range) => ({ range, hashes: found.next().value! }));
    try {
      return joinRange(stored.map(({ range, hashes }) => hashOf(range, hashes)));
    } catch (error) {
      if (error instanceof LogAltered) return null;
      throw error;
    }
  });
}

/** The first anchor that the log is not true to. What went wrong lies after the last one before it. */
function firstDeviation(anchors: readonly Anchor[], roots: readonly (Uint8Array | null)[]): AuditDeviation | null {
  const bad = anchors.findIndex(({ note }, i) => !roots[i] || !sameHash(parseCheckpoint(note).root, roots[i]));
  if (bad < 0) return null;
  const { size } = anchors[bad]!;
  const first = (anchors[bad - 1]?.size ?? 0) + 1;
  const what = roots[bad] ? 'was changed, added, removed or moved' : 'is missing';
  return {
    ...{ size: BigInt(size), firstEntry: BigInt(first), lastEntry: BigInt(size) },
    detail: `Something from entry ${first} to ${size} ${what}: the log is not the one that the store has the head of`,
  };
}
