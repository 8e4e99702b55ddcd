import { Controller } from '@nestjs/common';
import { insertRows, type InsertRowsRequest, type Reply } from '@tenantry/contracts';
import { Vault } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { DataSettings } from '../config.js';
import { insertChange } from './insert.js';
import { parseQueryString } from './query/parse-query.js';
import { checkProfile, parseAccept, parsePreferences } from './query/preferences.js';
import { RowWriter } from './row-writer.js';
import { parseRows } from './rows-body.js';
import { writeReply } from './rows-reply.js';

/** Inserts rows, or upserts them, in the way of PostgREST. */
@Controller()
export class InsertRows {
  constructor(
    private readonly writer: RowWriter,
    private readonly vault: Vault,
    private readonly settings: DataSettings,
  ) {}

  @Handles(insertRows)
  async handle(request: InsertRowsRequest, ctx: TenantContext): Promise<Reply<never>> {
    checkProfile(request.profile);
    const preferences = parsePreferences(request.prefer);
    const format = parseAccept(request.accept);
    const query = parseQueryString(request.query);
    const { rows, isArray } = parseRows(request.body, request.contentType);
    return this.writer.write(
      ctx,
      preferences.resolution === null ? 'insert' : 'upsert',
      { table: request.table, query, preferences, stripNulls: format.stripNulls, values: rows },
      insertChange(this.vault, rows, isArray),
      (written) => writeReply(written, preferences, format, this.settings.ROWS_ANSWER_MAX_BYTES),
    );
  }
}
