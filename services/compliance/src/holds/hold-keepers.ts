import { Injectable } from '@nestjs/common';
import { holdConversations, holdRows, letGoRows } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import type { LegalHold } from './legal-hold.js';

/** Has other services keep what a hold is about. Its word counts for a day, until they hear the event that the hold is placed. */
@Injectable()
export class HoldKeepers {
  constructor(
    private readonly rpc: RpcClient,
    private readonly log: Logger,
  ) {}

  /** @returns how many rows a hold holds; null when it is about no table. @throws Fault of the data service, e.g. `invalid-input` */
  async holdRows(ctx: TenantContext, { id: holdId, table, subjectKey, filter }: LegalHold): Promise<bigint | null> {
    if (table === null) return null;
    return (await this.rpc.call(holdRows, { holdId, table, subjectKey, filter }, ctx)).rows;
  }

  /**
   * What was said about those people to agents, and by that member.
   * @returns how many conversations a hold holds; null when it is about neither. @throws Fault of the agents service
   */
  async holdConversations(ctx: TenantContext, hold: LegalHold): Promise<bigint | null> {
    const { id: holdId, table, subjectKey, filter, subjectUserId: ownerId } = hold;
    if (table === null && ownerId === null) return null;
    const request = { holdId, table, subjectKey, isQuery: filter !== null, ownerId };
    return (await this.rpc.call(holdConversations, request, ctx)).conversations;
  }

  /** Lets go of rows of a hold that was not placed. Conversations, and rows when the data service can't be told, are let go after a day. */
  async letGo(ctx: TenantContext, { id: holdId, table }: LegalHold): Promise<void> {
    if (table === null) return;
    try {
      await this.rpc.call(letGoRows, { holdId }, ctx);
    } catch (err) {
      if (!(err instanceof Fault)) throw err;
      this.log.warn({ err, holdId }, 'Rows of a hold that was not placed are held for up to a day');
    }
  }
}
