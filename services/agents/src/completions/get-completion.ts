import { Controller } from '@nestjs/common';
import { getCompletion, type Completion, type GetCompletionRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findCompletion, toMessage } from './completion.table.js';

/** Gives one call to a model. */
@Controller()
export class GetCompletion {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getCompletion)
  async handle({ completionId }: GetCompletionRequest, ctx: TenantContext): Promise<Completion> {
    return toMessage(await findCompletion({ query: (statement) => this.tenants.query(ctx, statement) }, completionId));
  }
}
