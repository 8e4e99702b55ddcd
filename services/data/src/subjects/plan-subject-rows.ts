import { Controller } from '@nestjs/common';
import {
  planSubjectRows,
  type PlanSubjectRowsRequest,
  type SubjectPlace,
  type SubjectRowsPlan,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { defaultActions, mentionAction } from './erasure-actions.js';
import { mentionMessage, ownMessage, unsearchedMessage } from './place-message.js';
import { countArchivedOf } from '../retention/archived-row.table.js';
import { WhoseRows } from '../retention/whose-rows.js';
import type { TableSpace } from '../spaces/table-space.js';
import { SubjectFinder } from './subject-finder.js';
import type { Seed } from './subject-walk.js';

/** Says where a person's rows are, how many, and what could not be searched. */
@Controller()
export class PlanSubjectRows {
  constructor(
    private readonly finder: SubjectFinder,
    private readonly tenants: TenantDatabase,
  ) {}

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
        ...(await this.#archived(ctx, found.space, subject)),
      ];
      return { places, shape: found.shape };
    });
  }

  /** Archives give no rows to a copy by themselves: somebody looks. */
  async #archived(ctx: TenantContext, space: TableSpace, subject: readonly Seed[]): Promise<SubjectPlace[]> {
    const people = new WhoseRows(space).namesOf(subject);
    const [found] = await this.tenants.query<{ rows: bigint; runs: string[] }>(ctx, countArchivedOf(people));
    if (found!.rows === 0n) return [];
    const { rows, runs } = found!;
    const reason = `${rows} rows of the person are in archives of retention. An erasure empties them by itself. For a copy, export the archives of the runs ${runs.join(', ')}`;
    return [{ table: 'data.archived_row', kind: 'unsearched', rows, columns: [], via: [], erase: 'manual', reason }];
  }
}
