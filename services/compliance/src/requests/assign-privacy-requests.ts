import { Controller } from '@nestjs/common';
import {
  assignPrivacyRequests,
  PrivacyRequestAssigned,
  type AssignPrivacyRequestsRequest,
  type AssignPrivacyRequestsResponse,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { insertEntries } from './entry.table.js';
import { Members } from './members.js';
import type { TimedRequest } from './privacy-request.js';
import { assignRequests, lockUnassigned, requestChange } from './privacy-request.table.js';

/** Gives requests to a member: all or none. */
@Controller()
export class AssignPrivacyRequests {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly members: Members,
    private readonly clock: Clock,
  ) {}

  @Handles(assignPrivacyRequests)
  async handle(request: AssignPrivacyRequestsRequest, ctx: TenantContext): Promise<AssignPrivacyRequestsResponse> {
    const assigneeId = request.assigneeId ?? null;
    if (assigneeId !== null) await this.members.assertMember(ctx.tenantId, assigneeId, 'assigneeId');
    return this.tenants.transaction(ctx, async (tx) => {
      const requests = await lockUnassigned(tx, request.requestIds, assigneeId);
      if (!requests) throw new Fault('not-found', { field: 'requestIds' });
      if (requests.length > 0) await this.assign(tx, ctx, requests, assigneeId);
      return { changed: requests.length };
    });
  }

  private async assign(
    tx: Transaction,
    { actor }: TenantContext,
    requests: readonly TimedRequest[],
    assigneeId: string | null,
  ): Promise<void> {
    const entry = { kind: 'assigned', at: this.clock.now(), facts: { assigneeId }, text: null };
    const who = { actorKind: actor.kind, actorId: actor.id };
    await assignRequests(
      tx,
      requests.map(({ id }) => id),
      assigneeId,
    );
    await insertEntries(
      tx,
      requests.map(({ id, entries }) => ({ ...entry, ...who, requestId: id, seq: entries + 1 })),
    );
    for (const before of requests) {
      const changes = [requestChange(before, { ...before, assigneeId })];
      tx.publish(new PrivacyRequestAssigned({ requestId: before.id, assigneeId }), { changes });
    }
  }
}
