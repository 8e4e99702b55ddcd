import { Controller } from '@nestjs/common';
import {
  eraseSubjectRows,
  type EraseSubjectRowsRequest,
  RowsChanged,
  type SubjectRowsErased,
} from '@tenantry/contracts';
import { type RowChange, SubjectVault, TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { HeldRows } from '../holds/held-rows.js';
import { changedKeys } from '../rows/row-change.js';
import { requireCurrent } from '../spaces/catalog.js';
import { eraseArchived } from './erase-archived.js';
import { chosenActions, type ErasureAction, mentionAction } from './erasure-actions.js';
import {
  countMentions,
  deleteOwnRows,
  enterSpace,
  type ErasedPlace,
  type ErasureReceipt,
  insertReceipt,
  keepDestroyed,
  leaveSpace,
  lockErasure,
  maskRows,
  receiptOf,
  unlinkMentions,
  unlinkRows,
} from './erasure.table.js';
import { rowSubject, subjectsOf } from './row-subject.js';
import { type Found, SubjectFinder } from './subject-finder.js';
import type { Mention, OwnPlace } from './subject-walk.js';

const KEYS_NAMED = 1_000;
/** What a receipt calls the archives of retention. */
const ARCHIVES = 'data.archived_row';

/**
 * Erases a person's rows in one commit, with an audit entry for each that says nothing of what was in it, and then destroys
 * the keys of what events and the audit log have of them.
 */
@Controller()
export class EraseSubjectRows {
  constructor(
    private readonly finder: SubjectFinder,
    private readonly tenants: TenantDatabase,
    private readonly subjects: SubjectVault,
    private readonly clock: Clock,
    private readonly held: HeldRows,
  ) {}

  @Handles(eraseSubjectRows)
  async handle(request: EraseSubjectRowsRequest, ctx: TenantContext): Promise<SubjectRowsErased> {
    const { erasureId } = request;
    const [known] = await this.tenants.query<ErasureReceipt>(ctx, receiptOf(ctx.tenantId, erasureId));
    return toMessage(await this.#destroyKeys(ctx, erasureId, known ?? (await this.#eraseOnce(request, ctx))));
  }

  #eraseOnce(request: EraseSubjectRowsRequest, ctx: TenantContext): Promise<ErasureReceipt> {
    const { erasureId, subject, shape } = request;
    return this.finder.find(ctx, subject, shape, (found) =>
      this.tenants.transaction(ctx, async (tx) => {
        await lockErasure(tx, erasureId);
        const meanwhile = await tx.one<ErasureReceipt>(receiptOf(tx.tenantId, erasureId));
        return meanwhile ?? this.#erase(tx, request, found, ctx.request.id);
      }),
    );
  }

  async #erase(
    tx: Transaction,
    { erasureId, subject, places: chosen }: EraseSubjectRowsRequest,
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
      changes.push(...changedKeys(found.space, await this.held.take(tx, found.space)));
    }
    await leaveSpace(tx);
    const archived = await eraseArchived(tx, found.space, subject, actions);
    if (archived.length > 0) places.push({ table: ARCHIVES, action: 'delete', rows: archived.length });
    changes.push(...archived);
    publishChanges(tx, changes);
    const receipt = {
      ...{ requestId, places, rows: BigInt(changes.length), erasedAt: this.clock.now() },
      ...{ keyHolders: await this.#holders(tx, found, actions, changes), keysDestroyed: null, keyCount: 0n },
    };
    await insertReceipt(tx, erasureId, receipt);
    return receipt;
  }

  /** The person in every table whose rows are not kept, and each row that named nobody. What others' rows were told of stays. */
  #holders(
    { tenantId }: Transaction,
    { space, walk }: Found,
    actions: ReadonlyMap<string, ErasureAction>,
    changes: readonly RowChange[],
  ): Promise<readonly Uint8Array[]> {
    const kept = new Set([...actions].flatMap(([table, action]) => (action === 'keep' ? [table] : [])));
    const isErased = ({ resource, action }: RowChange): boolean => action === 'delete' || actions.has(resource);
    const rows = changes.filter(isErased).map(({ resource, id }) => rowSubject(resource, id));
    return this.subjects.holders(tenantId, [...subjectsOf(space, walk, kept), ...rows]);
  }

  /** After the commit: the keys of rows that stayed must not be gone. Whoever crashed before is followed by who asks again. */
  async #destroyKeys(ctx: TenantContext, erasureId: string, receipt: ErasureReceipt): Promise<ErasureReceipt> {
    if (receipt.keyHolders === null) return receipt;
    const ids = await this.subjects.destroy(ctx.tenantId, erasureId, receipt.keyHolders);
    const keys = { keysDestroyed: ids.slice(0, KEYS_NAMED), keyCount: BigInt(ids.length) };
    await this.tenants.transaction(ctx, (tx) => keepDestroyed(tx, erasureId, keys));
    return { ...receipt, ...keys };
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

function toMessage({ places, keysDestroyed, keyCount, ...receipt }: ErasureReceipt): SubjectRowsErased {
  const { rows, requestId, erasedAt } = receipt;
  return {
    ...{ rows, requestId, erasedAt, keyCount, keysDestroyed: [...(keysDestroyed ?? [])] },
    places: places.map((place) => ({ ...place, rows: BigInt(place.rows) })),
  };
}
