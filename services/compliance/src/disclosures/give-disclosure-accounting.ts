import { Controller } from '@nestjs/common';
import {
  DisclosureAccountingGiven,
  giveDisclosureAccounting,
  type AccountingLine,
  type DisclosureAccounting,
  type GiveDisclosureAccountingRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertOpen, assertVerified, type TimedRequest } from '../requests/privacy-request.js';
import { RequestDesk, type Facts } from '../requests/request-desk.js';
import { accountFor, type AccountingRow } from './disclosure.table.js';
import { Ledger } from './ledger.js';
import { yearsBefore } from './look-back.js';

/** An accounting is one answer; nobody's has more lines. */
const MAX_LINES = 1_000;

/** Draws up an accounting of disclosures for the person who asked for it, and notes that in the request's timeline. */
@Controller()
export class GiveDisclosureAccounting {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
    private readonly ledger: Ledger,
  ) {}

  @Handles(giveDisclosureAccounting)
  async handle(request: GiveDisclosureAccountingRequest, ctx: TenantContext): Promise<DisclosureAccounting> {
    const { requestId } = request;
    return this.tenants.transaction(ctx, async (tx) => {
      let accounting: Omit<DisclosureAccounting, 'data'> | null = null;
      let lines: readonly AccountingRow[] = [];
      await this.desk.changeIn(tx, ctx, requestId, async (before, facts) => {
        assertAccountable(before);
        accounting = { requestId, ...periodOf(request, before, facts) };
        lines = await this.linesOf(request, accounting, facts);
        return {
          after: before,
          entry: { kind: 'accounting_given', facts: { lines: lines.length } },
          event: () => new DisclosureAccountingGiven({ requestId, lines: lines.length }),
        };
      });
      return { ...accounting!, data: await Promise.all(lines.map((line) => this.print(ctx.tenantId, line))) };
    });
  }

  private async linesOf(
    { table, subjectKey, everything }: GiveDisclosureAccountingRequest,
    period: { readonly since: Date; readonly until: Date },
    { tx }: Facts,
  ): Promise<readonly AccountingRow[]> {
    const question = { table, key: subjectKey, ...period, everything: everything === true };
    const lines = await accountFor(tx, question, MAX_LINES + 1);
    if (lines.length <= MAX_LINES) return lines;
    throw new Fault('conflict', {
      detail: `It would have more than ${MAX_LINES} lines; ask for a shorter time with since`,
    });
  }

  private async print(tenantId: string, { firstId, ...line }: AccountingRow): Promise<AccountingLine> {
    return { ...line, description: await this.ledger.open(tenantId, firstId, line.description) };
  }
}

/** @throws Fault `conflict` unless the person asked for an accounting and is proven to be the one */
function assertAccountable(request: TimedRequest): void {
  if (request.type !== 'hipaa_accounting') {
    throw new Fault('conflict', {
      detail: `An accounting answers a request of the type hipaa_accounting, not ${request.type}`,
    });
  }
  assertOpen(request);
  assertVerified(request);
}

/** Six years before the request, or less when the person asks for less; until now. */
function periodOf(
  { since }: GiveDisclosureAccountingRequest,
  { receivedAt }: TimedRequest,
  { now }: Facts,
): { since: Date; until: Date } {
  const earliest = yearsBefore(receivedAt);
  return { since: since && since > earliest ? since : earliest, until: now };
}
