import { Controller } from '@nestjs/common';
import { parseJsonStrict, type Reply, searchRows, type SearchRowsRequest } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { DataSettings } from '../config.js';
import { decodePairs, parseParameters } from './query/parse-query.js';
import { checkProfile, parseAccept, parsePreferences, parseRange } from './query/preferences.js';
import type { RowsQuery } from './query/query.js';
import { readReply } from './rows-reply.js';
import { RowSearcher } from './search/row-searcher.js';

/** Reads a page of rows whose query is too private, or too long, for an address. */
@Controller()
export class SearchRows {
  constructor(
    private readonly searcher: RowSearcher,
    private readonly settings: DataSettings,
  ) {}

  @Handles(searchRows)
  async handle(request: SearchRowsRequest, ctx: TenantContext): Promise<Reply<never>> {
    checkProfile(request.profile);
    const preferences = parsePreferences(request.prefer);
    const format = parseAccept(request.accept);
    const range = parseRange(request.range);
    const query = queryOf(request);
    const page = await this.searcher.search(ctx, {
      table: request.table,
      query,
      preferences,
      range,
      format,
      headOnly: false,
    });
    return readReply(page, preferences, format, false, this.settings.ROWS_ANSWER_MAX_BYTES);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function queryOf({ contentType, body }: SearchRowsRequest): RowsQuery {
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)) {
    return parseParameters(decodePairs(textOf(body)));
  }
  if (contentType !== '' && !/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new Fault('unsupported-media-type', { detail: 'A query is sent as a form or as JSON' });
  }
  return parseParameters(pairsOf(parseJsonStrict(body)));
}

function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw new Fault('malformed-request', { detail: 'The body is not valid UTF-8', cause });
  }
}

/** `{"name": "eq.Ann", "age": ["gt.1", "lt.9"]}` */
function pairsOf(value: unknown): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('malformed-request', { field: 'body', detail: 'A query is an object of text' });
  }
  return Object.entries(value).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given]).map((text: unknown) => {
      if (typeof text !== 'string' || text.includes('\0') || !text.isWellFormed()) {
        throw new Fault('malformed-request', { field: name, detail: `${name} must be text, such as "eq.1"` });
      }
      return [name, text] as const;
    }),
  );
}
