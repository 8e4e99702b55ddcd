import { Controller } from '@nestjs/common';
import {
  recordPrivacyAnswer,
  PrivacyQuestionAnswered,
  type RecordPrivacyAnswerRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { answerTime } from './correspondence.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Records what the person answered. The clock goes on from the day on which the answer came. */
@Controller()
export class RecordPrivacyAnswer {
  constructor(private readonly desk: RequestDesk) {}

  @Handles(recordPrivacyAnswer)
  handle({ requestId, text, answeredAt }: RecordPrivacyAnswerRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, (before, { events, now }) => {
      const at = answerTime(before, events, answeredAt ?? null, now);
      const entry = { kind: 'question_answered', at, text };
      return { after: before, entry, event: ({ dueOn }) => new PrivacyQuestionAnswered({ requestId, dueOn }) };
    });
  }
}
