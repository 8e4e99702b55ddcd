import { Injectable } from '@nestjs/common';
import { holdRows, letGoRows } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import type { LegalHold } from './legal-hold.js';

/** Has the data service hold rows. Its word counts for a day, until it hears the event that the hold is placed. */
@Injectable()
export class RowKeeper {
  constructor(
    private readonly rpc: RpcClient,
    private readonly log: Logger,
  ) {}

  /** @returns how many rows a hold holds; null when it is about no table. @throws Fault of the data service, e.g. `invalid-input` */
  async hold(ctx: TenantContext, { id: holdId, table, subjectKey, filter }: LegalHold): Promise<bigint | null> {
    if (table === null) return null;
    return (await this.rpc.call(holdRows, { holdId, table, subjectKey, filter }, ctx)).rows;
  }

  /** Lets go of rows of a hold that was not placed. When the data service can't be told, it lets go by itself after a day. */
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
