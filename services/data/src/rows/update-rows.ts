import { Controller } from '@nestjs/common';
import { type Reply, updateRows, type UpdateRowsRequest } from '@tenantry/contracts';
import { Vault } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { DataSettings } from '../config.js';
import { parseQueryString } from './query/parse-query.js';
import { checkProfile, parseAccept, parsePreferences } from './query/preferences.js';
import { RowWriter } from './row-writer.js';
import { parseRows } from './rows-body.js';
import { writeReply } from './rows-reply.js';
import { updateChange } from './update.js';

/** Updates the rows that a query chooses, in the way of PostgREST. */
@Controller()
export class UpdateRows {
  constructor(
    private readonly writer: RowWriter,
    private readonly vault: Vault,
    private readonly settings: DataSettings,
  ) {}

  @Handles(updateRows)
  async handle(request: UpdateRowsRequest, ctx: TenantContext): Promise<Reply<never>> {
    checkProfile(request.profile);
    const preferences = parsePreferences(request.prefer);
    const format = parseAccept(request.accept);
    const query = parseQueryString(request.query);
    const { rows } = parseRows(request.body, request.contentType);
    const [values, ...others] = rows;
    if (!values || others.length > 0) {
      throw new Fault('malformed-request', {
        field: 'body',
        detail: 'An update sets one object of values',
        extra: { code: 'PGRST102' },
      });
    }
    return this.writer.write(
      ctx,
      'update',
      { table: request.table, query, preferences, stripNulls: format.stripNulls, values: [values] },
      updateChange(this.vault, values, this.settings.ROWS_CHANGED_MAX),
      (written) => writeReply(written, preferences, format, this.settings.ROWS_ANSWER_MAX_BYTES),
    );
  }
}
