import { Controller } from '@nestjs/common';
import {
  NoticeTemplateChanged,
  replaceNoticeTemplate,
  type NoticeTemplate as TemplateMessage,
  type ReplaceNoticeTemplateRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findTemplate, saveTemplate, toMessage } from './notice-template.table.js';
import { assertWording, type NoticeKind } from './notice.js';

/** Words a notice as the tenant and its counsel want it. */
@Controller()
export class ReplaceNoticeTemplate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceNoticeTemplate)
  async handle(request: ReplaceNoticeTemplateRequest, ctx: TenantContext): Promise<TemplateMessage> {
    const { subject, text } = request;
    const kind = request.kind as NoticeKind;
    const wording = { subject, text };
    assertWording(kind, wording);
    return this.tenants.transaction(ctx, async (tx) => {
      const old = await findTemplate(tx, kind);
      await saveTemplate(tx, kind, wording, this.clock.now());
      const row = { resource: 'notice_template', id: kind, new: wording } as const;
      const change = old
        ? ({ ...row, action: 'update', old: { ...old } } as const)
        : ({ ...row, action: 'insert' } as const);
      tx.publish(new NoticeTemplateChanged({ kind, custom: true }), { changes: [change] });
      return toMessage(kind, wording);
    });
  }
}
