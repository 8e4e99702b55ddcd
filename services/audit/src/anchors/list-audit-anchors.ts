import { Controller } from '@nestjs/common';
import { listAuditAnchors, type ListAuditAnchorsRequest, type ListAuditAnchorsResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AnchorStore } from './anchor-store.js';

const MOST = 200;

/** Lists the heads that the write-once store has of the tenant's log. */
@Controller()
export class ListAuditAnchors {
  constructor(private readonly store: AnchorStore) {}

  @Handles(listAuditAnchors)
  async handle({ from, limit }: ListAuditAnchorsRequest, ctx: TenantContext): Promise<ListAuditAnchorsResponse> {
    const { anchors, next } = await this.store.list(ctx.tenantId, Number(from ?? 1), limit ?? MOST);
    return {
      data: anchors.map((anchor) => ({ ...anchor, size: BigInt(anchor.size) })),
      nextFrom: next === null ? null : BigInt(next),
    };
  }
}
