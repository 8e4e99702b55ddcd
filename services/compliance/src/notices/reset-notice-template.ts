import { Controller } from '@nestjs/common';
import {
  NoticeTemplateChanged,
  resetNoticeTemplate,
  type NoticeTemplate as TemplateMessage,
  type ResetNoticeTemplateRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { deleteTemplate, toMessage } from './notice-template.table.js';
import type { NoticeKind } from './notice.js';

/** Words a notice as the service does. One that was never changed is no fault. */
@Controller()
export class ResetNoticeTemplate {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(resetNoticeTemplate)
  async handle(request: ResetNoticeTemplateRequest, ctx: TenantContext): Promise<TemplateMessage> {
    const kind = request.kind as NoticeKind;
    return this.tenants.transaction(ctx, async (tx) => {
      if (await deleteTemplate(tx, kind)) {
        const change = { resource: 'notice_template', id: kind, action: 'delete' } as const;
        tx.publish(new NoticeTemplateChanged({ kind, custom: false }), { changes: [change] });
      }
      return toMessage(kind, undefined);
    });
  }
}
