import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { type Job, type SealedPlace, sql, TenantDatabase, type Transaction, Vault } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';

/** Which collection of which place. */
export interface Collection {
  readonly planId: string;
  readonly position: number;
  readonly attempt: number;
}

/** Pieces that are read ahead of whoever takes them. */
const PIECES_A_BATCH = 4;

/** What was collected, at rest: each piece compressed and sealed with the tenant's key for its place in the collection. */
@Injectable()
export class Pieces {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
  ) {}

  /** @throws Fault `conflict` for a copy that is not collected for any more, because the person was erased */
  async add(ctx: TenantContext, collection: Collection, number: number, piece: Uint8Array): Promise<void> {
    const { planId, position, attempt } = collection;
    const text = deflateRawSync(piece).toString('base64');
    const sealed = await this.vault.seal(ctx.tenantId, placeOf(collection, number), text);
    const added = await this.tenants.write<{ number: number }>(
      ctx,
      sql`
      insert into compliance.bundle_piece (tenant_id, plan_id, position, attempt, number, sealed)
      select ${ctx.tenantId}, ${planId}, ${position}, ${attempt}, ${number}, ${sealed}
      from compliance.subject_plan where tenant_id = ${ctx.tenantId} and id = ${planId} and status = 'collecting' for share
      returning number`,
    );
    if (added.length === 0) throw new Fault('conflict', { detail: 'The copy is not collected for any more' });
  }

  /** The pieces in order. */
  async *read(ctx: TenantContext, collection: Collection): AsyncGenerator<Uint8Array, void> {
    const { planId, position, attempt } = collection;
    const statement = sql`select number, sealed from compliance.bundle_piece
      where plan_id = ${planId} and position = ${position} and attempt = ${attempt} order by number`;
    const batches = this.tenants.stream<{ number: number; sealed: string }>(ctx, statement, PIECES_A_BATCH);
    for await (const batch of batches) {
      for (const { number, sealed } of batch) {
        const text = await this.vault.open(ctx.tenantId, placeOf(collection, number), sealed);
        yield inflateRawSync(Buffer.from(text, 'base64'));
      }
    }
  }
}

/** Removes what an earlier try left. */
export async function deletePieces(tx: Transaction, planId: string, position: number): Promise<void> {
  await tx.execute(
    sql`delete from compliance.bundle_piece where tenant_id = ${tx.tenantId} and plan_id = ${planId} and position = ${position}`,
  );
}

const FORGOTTEN_AT_ONCE = 1_000;

/** Removes some pieces of copies that were planned before a time; answers how many. */
export async function forgetPieces(job: Job, before: Date): Promise<number> {
  const gone = await job.query<{ number: number }>(sql`
    delete from compliance.bundle_piece where ctid = any(array(
      select p.ctid from compliance.bundle_piece p join compliance.subject_plan s on s.tenant_id = p.tenant_id and s.id = p.plan_id
      where s.created_at < ${before} limit ${FORGOTTEN_AT_ONCE})) returning number`);
  return gone.length;
}

function placeOf({ planId, position, attempt }: Collection, number: number): SealedPlace {
  return { table: 'compliance.bundle_piece', column: 'sealed', row: `${planId}/${position}/${attempt}/${number}` };
}
