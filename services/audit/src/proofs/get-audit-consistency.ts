import { Controller } from '@nestjs/common';
import { consistencyRanges, sameHash, verifyConsistency } from '@tenantry/audit-proofs';
import {
  getAuditConsistency,
  getPlatformAuditConsistency,
  type AuditConsistencyProof,
  type GetAuditConsistencyRequest,
  type GetPlatformAuditConsistencyRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { Alarm } from './alarm.js';
import { printHash } from './checkpoint.js';
import { findCheckpoint, signedRootsAt } from './checkpoint.table.js';
import { LogAltered, readRoots } from './stored-tree.js';
import { readHashes } from './subtree.table.js';

/** Proves that the log of one size is the beginning of the log of another. The platform has a log too. */
@Controller()
export class GetAuditConsistency {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly alarm: Alarm,
  ) {}

  @Handles(getAuditConsistency)
  async handle(request: GetAuditConsistencyRequest, ctx: TenantContext): Promise<AuditConsistencyProof> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const latest = await findCheckpoint(rows, null);
    const from = Number(request.from);
    const to = Number(request.to ?? latest?.size ?? 0);
    if (!latest || to > latest.size) throw outside('to', `The latest checkpoint covers ${latest?.size ?? 0} entries`);
    if (from > to) throw outside('from', `from is at most ${to}, the size that it is compared with`);
    return this.alarm.guard(ctx, () => this.prove(rows, ctx.tenantId, from, to));
  }

  @Handles(getPlatformAuditConsistency)
  handlePlatform(request: GetPlatformAuditConsistencyRequest, ctx: TenantContext): Promise<AuditConsistencyProof> {
    return this.handle(request, ctx);
  }

  private async prove(rows: Rows, tenantId: string, from: number, to: number): Promise<AuditConsistencyProof> {
    const whole = [from, to].map((size) => ({ from: 0, to: size }));
    const ranges = [...whole, ...consistencyRanges(from, to)];
    const [roots, signed] = await Promise.all([
      readRoots(tenantId, ranges, readHashes(rows)),
      signedRootsAt(rows, [from, to]),
    ]);
    const [fromRoot, toRoot, ...proof] = roots as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const asSigned = [fromRoot, toRoot].every((root, i) => sameHash(root, signed.get([from, to][i]!) ?? root));
    if (!asSigned || !verifyConsistency({ from, to, fromRoot, toRoot }, proof)) {
      throw new LogAltered(`the log of ${tenantId} at ${from} and ${to} is not what was signed`);
    }
    return {
      from: BigInt(from),
      to: BigInt(to),
      fromRootHash: printHash(fromRoot),
      toRootHash: printHash(toRoot),
      hashes: proof.map(printHash),
    };
  }
}

function outside(field: string, detail: string): Fault {
  return new Fault('invalid-input', { field, detail });
}
