import { Controller } from '@nestjs/common';
import {
  getConversationRetention,
  type ConversationRetention,
  type GetConversationRetentionRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { findRetention, toMessage } from './retention.table.js';

/** Gives how long conversations are kept. */
@Controller()
export class GetConversationRetention {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getConversationRetention)
  async handle(_request: GetConversationRetentionRequest, ctx: TenantContext): Promise<ConversationRetention> {
    return toMessage(await findRetention(reading(this.tenants, ctx)));
  }
}
