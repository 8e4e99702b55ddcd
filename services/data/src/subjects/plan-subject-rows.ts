import { Controller } from '@nestjs/common';
import { planSubjectRows, type PlanSubjectRowsRequest, type SubjectRowsPlan } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { defaultActions, mentionAction } from './erasure-actions.js';
import { mentionMessage, ownMessage, unsearchedMessage } from './place-message.js';
import { SubjectFinder } from './subject-finder.js';

/** Says where a person's rows are, how many, and what could not be searched. */
@Controller()
export class PlanSubjectRows {
  constructor(private readonly finder: SubjectFinder) {}

  @Handles(planSubjectRows)
  handle({ subject }: PlanSubjectRowsRequest, ctx: TenantContext): Promise<SubjectRowsPlan> {
    return this.finder.find(ctx, subject, null, async (found) => {
      const { own, mentions, unsearched } = found.walk;
      const counts = await this.finder.count(found, [...own, ...mentions]);
      const actions = defaultActions(found.walk);
      const places = [
        ...own.map((place, index) => ownMessage(place, counts[index]!, actions.get(place.table.definition.name)!)),
        ...mentions.map((mention, index) =>
          mentionMessage(mention, counts[own.length + index]!, mentionAction(mention)),
        ),
        ...unsearched.map(unsearchedMessage),
      ];
      return { places, shape: found.shape };
    });
  }
}
