import { Controller } from '@nestjs/common';
import { type OwnValues, readOwnValues, type ReadOwnValuesRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { IndexKeeper } from './index-keeper.js';
import type { ValueIndex } from './value-index.js';
import { findIndex, isBehind, marksAfter, type Rows, saveAsked } from './value-index.table.js';

const MAX_BYTES = 400_000;
/** That somebody asks is noted once in so long. */
const ASKED_EVERY_MS = 60 * 60 * 1_000;

/** Gives the hashes of what a tenant's classified columns say, and the key by which they are made. */
@Controller()
export class ReadOwnValues {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly keeper: IndexKeeper,
    private readonly clock: Clock,
  ) {}

  @Handles(readOwnValues)
  async handle({ afterVersion }: ReadOwnValuesRequest, ctx: TenantContext): Promise<OwnValues> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    await this.#want(ctx, await findIndex(rows));
    const isComplete = !(await isBehind(rows)); // before the version is read, which then has all of it
    const index = await findIndex(rows);
    if (!index) throw new Fault('unavailable', { detail: 'The index is being destroyed; ask again' });
    const { marks, version } = await marksAfter(rows, afterVersion, index.version, MAX_BYTES);
    return {
      ...{ key: await this.keeper.keyOf(ctx.tenantId, index), marks, version, hasMore: version < index.version },
      ...{ removals: index.removals, complete: isComplete },
    };
  }

  /** Begins an index for who asks for the first time, and notes that one is asked for. */
  async #want(ctx: TenantContext, index: ValueIndex | undefined): Promise<void> {
    const now = this.clock.now();
    if (index && now.getTime() - index.askedAt.getTime() < ASKED_EVERY_MS) return;
    await this.tenants.transaction(ctx, (tx) => (index ? saveAsked(tx, now) : this.keeper.begin(tx, now)));
  }
}
