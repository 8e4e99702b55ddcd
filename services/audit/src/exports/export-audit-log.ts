import { Controller } from '@nestjs/common';
import { printEnd, printEntry, printHead, printRetired } from '@tenantry/audit-proofs';
import {
  exportAuditLog,
  exportPlatformAuditLog,
  Reply,
  type AuditEvent,
  type ExportAuditLogRequest,
  type ExportPlatformAuditLogRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { assertMayExport, Directories, Handles } from '@tenantry/messaging';
import { EntryView } from '../log/entry-view.js';
import { entriesAfter, spanOf, type Rows, type StoredEntry } from '../log/entry.table.js';
import { leafText } from '../log/leaf.js';
import { Alarm } from '../proofs/alarm.js';
import { printHash } from '../proofs/checkpoint.js';
import { findCheckpoint } from '../proofs/checkpoint.table.js';
import { readHashes } from '../proofs/subtree.table.js';
import { BLOCK_ENTRIES, retiredBlocks, retiredUpTo } from '../retention/retired-block.table.js';
import { CSV_HEADER, entryLine } from './csv.js';
import { discloseEntry } from './disclosure.js';
import { framesOf, type ExportRange, type Frames } from './export-range.js';
import { ocsfLine } from './ocsf.js';

const BATCH_ENTRIES = 500;
const BLOCKS_AT_ONCE = 64;

/** How an export looks: what comes first, how entries are printed, what comes last. */
interface Layout {
  readonly type: string;
  readonly extension: string;
  readonly head: string;
  readonly print: (entries: readonly StoredEntry[]) => Promise<string>;
  readonly end: string;
  /** Whether entries that were retired stand in it by their hashes. */
  readonly showsRetired?: boolean;
}

/** The beginning of a log, of which the hashes are left. */
interface Beginning {
  readonly tenantId: string;
  readonly retired: number;
}

/**
 * Exports the log up to its latest checkpoint as a stream. It reads by number, a batch at a time: no transaction stays open at the
 * client's speed, and the memory does not grow with the log. Entries are never changed, so the batches are one state of it.
 */
@Controller()
export class ExportAuditLog {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly view: EntryView,
    private readonly alarm: Alarm,
    private readonly directories: Directories,
  ) {}

  @Handles(exportAuditLog)
  async handle(request: ExportAuditLogRequest, ctx: TenantContext): Promise<Reply<AsyncIterable<Uint8Array>>> {
    assertMayExport(ctx, this.directories.policies.get(ctx.tenantId));
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const format = request.format ?? 'ndjson';
    const signed = await findCheckpoint(rows, null);
    const range = await rangeOf(rows, request, signed?.size ?? 0);
    const retired = await retiredUpTo(rows, ctx.tenantId);
    const frames = await this.alarm.guard(ctx, () => framesOf(ctx.tenantId, range, signed, readHashes(rows), retired));
    const layout = this.layoutOf(format, frames, rows, ctx);
    return new Reply<AsyncIterable<Uint8Array>>(bodyOf(rows, range, layout, { tenantId: ctx.tenantId, retired }), {
      headers: {
        'content-type': `${layout.type}; charset=utf-8`,
        'content-disposition': `attachment; filename="audit-${ctx.tenantId}.${layout.extension}"`,
      },
    });
  }

  @Handles(exportPlatformAuditLog)
  handlePlatform(
    request: ExportPlatformAuditLogRequest,
    ctx: TenantContext,
  ): Promise<Reply<AsyncIterable<Uint8Array>>> {
    return this.handle(request, ctx);
  }

  private layoutOf(format: string, frames: Frames, rows: Rows, ctx: TenantContext): Layout {
    const shown = async (entries: readonly StoredEntry[], line: (event: AuditEvent) => string): Promise<string> =>
      (await this.view.show(entries, rows, ctx)).map(line).join('');
    if (format === 'csv') {
      const print = (entries: readonly StoredEntry[]): Promise<string> => shown(entries, entryLine);
      return { type: 'text/csv', extension: 'csv', head: CSV_HEADER, print, end: '' };
    }
    const lines = { type: 'application/x-ndjson', extension: format === 'ocsf' ? 'ocsf.ndjson' : 'ndjson' };
    if (format === 'ocsf') return { ...lines, head: '', print: (entries) => shown(entries, ocsfLine), end: '' };
    const print = (entries: readonly StoredEntry[]): Promise<string> => this.printNdjson(entries, rows, ctx);
    return { ...lines, head: printHead(frames.head), showsRetired: true, print, end: printEnd(frames.end) };
  }

  private async printNdjson(entries: readonly StoredEntry[], rows: Rows, ctx: TenantContext): Promise<string> {
    const opened = await this.view.open(entries, rows, ctx);
    const lines = entries.map((entry) =>
      printEntry(printHash(entry.leafHash), leafText(entry), discloseEntry(entry, opened)),
    );
    return lines.join('');
  }
}

/** Everything that a checkpoint covers, or the part from the first to the last entry of a time. */
async function rangeOf(rows: Rows, { from, to }: ExportAuditLogRequest, size: number): Promise<ExportRange> {
  if (!from && !to) return { first: 1, last: size };
  return (await spanOf(rows, { from: from ?? null, to: to ?? null }, size)) ?? { first: size + 1, last: size };
}

async function* bodyOf(
  rows: Rows,
  { first, last }: ExportRange,
  layout: Layout,
  beginning: Beginning,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(layout.head);
  if (layout.showsRetired && first === 1) yield* retiredLines(rows, beginning);
  for (let done = Math.max(first - 1, beginning.retired); done < last;) {
    const entries = await entriesAfter(rows, done, Math.min(last, done + BATCH_ENTRIES));
    yield Buffer.from(await layout.print(entries));
    done += BATCH_ENTRIES;
  }
  yield Buffer.from(layout.end);
}

async function* retiredLines(rows: Rows, { tenantId, retired }: Beginning): AsyncGenerator<Uint8Array> {
  for (let block = 0; block * BLOCK_ENTRIES < retired;) {
    const blocks = await retiredBlocks(rows, tenantId, block, BLOCKS_AT_ONCE);
    yield Buffer.from(
      blocks.map(({ number, leafHashes }) => printRetired(number * BLOCK_ENTRIES + 1, leafHashes)).join(''),
    );
    block += BLOCKS_AT_ONCE;
  }
}
