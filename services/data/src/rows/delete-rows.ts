import { Controller } from '@nestjs/common';
import { deleteRows, type DeleteRowsRequest, type Reply } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { DataSettings } from '../config.js';
import { parseQueryString } from './query/parse-query.js';
import { checkProfile, parseAccept, parsePreferences } from './query/preferences.js';
import { RowWriter } from './row-writer.js';
import { writeReply } from './rows-reply.js';
import { deleteChange } from './update.js';

/** Deletes the rows that a query chooses, in the way of PostgREST. */
@Controller()
export class DeleteRows {
  constructor(
    private readonly writer: RowWriter,
    private readonly settings: DataSettings,
  ) {}

  @Handles(deleteRows)
  async handle(request: DeleteRowsRequest, ctx: TenantContext): Promise<Reply<never>> {
    checkProfile(request.profile);
    const preferences = parsePreferences(request.prefer);
    const format = parseAccept(request.accept);
    const query = parseQueryString(request.query);
    return this.writer.write(
      ctx,
      'delete',
      { table: request.table, query, preferences, stripNulls: format.stripNulls, values: [] },
      deleteChange,
      (written) => writeReply(written, preferences, format, this.settings.ROWS_ANSWER_MAX_BYTES),
    );
  }
}
