import { Controller } from '@nestjs/common';
import {
  decidePrivacyAppeal,
  PrivacyAppealDecided,
  type DecidePrivacyAppealRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { findLastEntry } from '../requests/entry.table.js';
import { decideAppeal, isInTime } from './decision.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Decides an appeal, by somebody else than who decided first. */
@Controller()
export class DecidePrivacyAppeal {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(decidePrivacyAppeal)
  handle({ requestId, outcome, explanation }: DecidePrivacyAppealRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx, now }) => {
      const decision = await findLastEntry(tx, requestId, ['denied', 'partially_fulfilled']);
      const after = decideAppeal(before, decision, { outcome, actor: ctx.actor, now });
      const kind = outcome === 'upheld' ? 'appeal_upheld' : 'appeal_overturned';
      await this.notices.tell(tx, before, kind, { dueOn: before.dueOn, text: explanation });
      const inTime = isInTime(before, now);
      const entry = { kind, facts: { inTime }, text: explanation };
      return { after, entry, event: () => new PrivacyAppealDecided({ requestId, outcome, inTime }) };
    });
  }
}
