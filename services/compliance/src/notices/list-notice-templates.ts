import { Controller } from '@nestjs/common';
import {
  listNoticeTemplates,
  type ListNoticeTemplatesRequest,
  type ListNoticeTemplatesResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findTemplates, toMessage } from './notice-template.table.js';
import { NOTICES, type NoticeKind } from './notice.js';

/** Every notice, as it is worded now. */
@Controller()
export class ListNoticeTemplates {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listNoticeTemplates)
  async handle(_: ListNoticeTemplatesRequest, ctx: TenantContext): Promise<ListNoticeTemplatesResponse> {
    const own = await findTemplates({ query: (statement) => this.tenants.query(ctx, statement) });
    return { data: (Object.keys(NOTICES) as NoticeKind[]).map((kind) => toMessage(kind, own.get(kind))) };
  }
}
