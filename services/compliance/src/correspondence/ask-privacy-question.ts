import { Controller } from '@nestjs/common';
import {
  askPrivacyQuestion,
  PrivacyQuestionAsked,
  type AskPrivacyQuestionRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { assertMayAsk } from './correspondence.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Asks the person something. Only this can stop a clock: a question that was sent and is in the timeline (GDPR Art. 12(6)). */
@Controller()
export class AskPrivacyQuestion {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(askPrivacyQuestion)
  handle({ requestId, about, text }: AskPrivacyQuestionRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx, events }) => {
      assertMayAsk(before, events);
      await this.notices.tell(tx, before, 'question', { text });
      const entry = { kind: 'question_asked', facts: { about }, text };
      return { after: before, entry, event: ({ dueOn }) => new PrivacyQuestionAsked({ requestId, about, dueOn }) };
    });
  }
}
