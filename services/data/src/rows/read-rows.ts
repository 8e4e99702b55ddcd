import { Controller } from '@nestjs/common';
import { readRows, type ReadRowsRequest, type Reply } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { DataSettings } from '../config.js';
import { parseQueryString } from './query/parse-query.js';
import { checkProfile, parseAccept, parsePreferences, parseRange } from './query/preferences.js';
import { RowReader } from './row-reader.js';
import { readReply } from './rows-reply.js';

/** Reads a page of rows in the way of PostgREST. */
@Controller()
export class ReadRows {
  constructor(
    private readonly reader: RowReader,
    private readonly settings: DataSettings,
  ) {}

  @Handles(readRows)
  async handle(request: ReadRowsRequest, ctx: TenantContext): Promise<Reply<never>> {
    checkProfile(request.profile);
    const preferences = parsePreferences(request.prefer);
    const format = parseAccept(request.accept);
    const range = parseRange(request.range);
    const query = parseQueryString(request.query);
    const page = await this.reader.read(ctx, {
      table: request.table,
      query,
      preferences,
      range,
      format,
      headOnly: request.head,
    });
    return readReply(page, preferences, format, request.head, this.settings.ROWS_ANSWER_MAX_BYTES);
  }
}
