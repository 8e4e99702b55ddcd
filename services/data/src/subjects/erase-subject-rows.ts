import { Controller } from '@nestjs/common';
import {
  eraseSubjectRows,
  type EraseSubjectRowsRequest,
  RowsChanged,
  type SubjectRowsErased,
} from '@tenantry/contracts';
import { type RowChange, TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { takeChangedKeys } from '../rows/row-change.js';
import { requireCurrent } from '../spaces/catalog.js';
import { chosenActions, type ErasureAction, mentionAction } from './erasure-actions.js';
import {
  countMentions,
  deleteOwnRows,
  enterSpace,
  type ErasedPlace,
  type ErasureReceipt,
  insertReceipt,
  leaveSpace,
  lockErasure,
  maskRows,
  receiptOf,
  unlinkMentions,
  unlinkRows,
} from './erasure.table.js';
import { type Found, SubjectFinder } from './subject-finder.js';
import type { Mention, OwnPlace } from './subject-walk.js';

/** Erases a person's rows in one commit, with an audit entry for each that says nothing of what was in it. */
@Controller()
export class EraseSubjectRows {
  constructor(
    private readonly finder: SubjectFinder,
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseSubjectRows)
  async handle(request: EraseSubjectRowsRequest, ctx: TenantContext): Promise<SubjectRowsErased> {
    const { erasureId, subject, shape } = request;
    const [known] = await this.tenants.query<ErasureReceipt>(ctx, receiptOf(ctx.tenantId, erasureId));
    if (known) return toMessage(known);
    return this.finder.find(ctx, subject, shape, (found) =>
      this.tenants.transaction(ctx, async (tx) => {
        await lockErasure(tx, erasureId);
        const meanwhile = await tx.one<ErasureReceipt>(receiptOf(tx.tenantId, erasureId));
        return toMessage(meanwhile ?? (await this.#erase(tx, request, found, ctx.request.id)));
      }),
    );
  }

  async #erase(
    tx: Transaction,
    { erasureId, places: chosen }: EraseSubjectRowsRequest,
    found: Found,
    requestId: string,
  ): Promise<ErasureReceipt> {
    const actions = chosenActions(found.walk, chosen);
    requireCurrent(found.space, await enterSpace(tx, found.space));
    const places: ErasedPlace[] = [];
    const changes: RowChange[] = [];
    // Children before parents: a row is found through those that it belongs to.
    for (const place of found.walk.own.toReversed()) {
      places.push(...(await eraseInPlace(tx, found, place, actions)));
      changes.push(...(await takeChangedKeys(tx, found.space)));
    }
    await leaveSpace(tx);
    publishChanges(tx, changes);
    const receipt = { requestId, places, rows: BigInt(changes.length), erasedAt: this.clock.now() };
    await insertReceipt(tx, erasureId, receipt);
    return receipt;
  }
}

function publishChanges(tx: Transaction, changes: readonly RowChange[]): void {
  const tables = Map.groupBy(changes, ({ resource }) => resource);
  for (const [table, ofTable] of tables) {
    tx.publish(new RowsChanged({ table, cause: 'erasure', rows: BigInt(ofTable.length) }), { changes: ofTable });
  }
}

async function eraseInPlace(
  tx: Transaction,
  { walk, statements }: Pick<Found, 'walk' | 'statements'>,
  place: OwnPlace,
  actions: ReadonlyMap<string, ErasureAction>,
): Promise<ErasedPlace[]> {
  const table = place.table.definition.name;
  const action = actions.get(table)!;
  switch (action) {
    case 'delete': {
      const mentions = walk.mentions.filter(({ key }) => key.table === table);
      const unlinked: ErasedPlace[] = [];
      for (const mention of mentions) unlinked.push(...(await release(tx, { walk, statements }, mention, actions)));
      return [...unlinked, { table, action, rows: await deleteOwnRows(tx, statements, place) }];
    }
    case 'mask':
      return [{ table, action, rows: await maskRows(tx, statements, place) }];
    case 'unlink':
      return [{ table, action, rows: await unlinkRows(tx, place) }];
    default:
      return [{ table, action, rows: 0 }];
  }
}

/** Undoes references of others to rows that are about to go. @throws Fault `conflict` when there are some that can't be undone */
async function release(
  tx: Transaction,
  { walk, statements }: Pick<Found, 'walk' | 'statements'>,
  mention: Mention,
  actions: ReadonlyMap<string, ErasureAction>,
): Promise<ErasedPlace[]> {
  const table = mention.table.definition.name;
  const isGone = walk.own.some(({ parents }) => parents.includes(mention.key)) && actions.get(table) === 'delete';
  if (isGone) return [];
  if (mentionAction(mention).action === 'unlink') {
    const rows = await unlinkMentions(tx, statements, mention);
    return rows > 0 ? [{ table, action: 'unlink', rows }] : [];
  }
  if ((await countMentions(tx, statements, mention)) > 0) {
    const { columns, table: referred } = mention.key;
    throw new Fault('conflict', {
      field: 'places',
      detail: `Rows of ${table} refer to rows of ${referred} by ${columns.join(', ')}, which can not be empty. Mask ${referred} instead of deleting from it`,
    });
  }
  return [];
}

function toMessage({ requestId, places, rows, erasedAt }: ErasureReceipt): SubjectRowsErased {
  return { places: places.map((place) => ({ ...place, rows: BigInt(place.rows) })), rows, requestId, erasedAt };
}
