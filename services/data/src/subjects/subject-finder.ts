import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { accessTo, type Caller, callerOf } from '../rows/caller.js';
import { explainRefusal } from '../rows/row-fault.js';
import { Catalog } from '../spaces/catalog.js';
import type { TableSpace } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import { acceptsText, expected } from '../tables/column-value.js';
import { columnOf } from '../tables/table-definition.js';
import { PlaceStatements } from './place-statements.js';
import { type Mention, type OwnPlace, type Seed, type Walk, walkFrom } from './subject-walk.js';

/** Counts in one statement; more places make more statements. */
const PLACES_A_STATEMENT = 64;

/** A person's way through one tenant's tables. */
export interface Found {
  readonly caller: Caller;
  readonly space: TableSpace;
  readonly walk: Walk;
  readonly statements: PlaceStatements;
  /** A digest of the tables and the way, without the rows. */
  readonly shape: string;
}

/** Finds a person's rows, as the service itself: what tables declare of members' access has no say. */
@Injectable()
export class SubjectFinder {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
  ) {}

  /**
   * Runs work on the person's way through the tables as they are now.
   * @param shape what the tables were when somebody agreed to it; null for whatever they are
   * @throws Fault `conflict` when the shape is another by now
   */
  async find<T>(
    ctx: TenantContext,
    seeds: readonly Seed[],
    shape: string | null,
    work: (found: Found) => Promise<T>,
  ): Promise<T> {
    const caller = callerOf({ ...ctx, actor: { ...ctx.actor, kind: 'service' } });
    return this.catalog.use(ctx, async (space) => {
      const walk = walkFrom(space, seeds);
      checkValues(walk, seeds);
      const found = { caller, space, walk, statements: new PlaceStatements(walk), shape: shapeOf(walk) };
      if (shape !== null && found.shape !== shape) {
        throw new Fault('conflict', {
          field: 'shape',
          detail: 'The tables have changed since this was planned; plan it again',
        });
      }
      return work(found).catch((error: unknown) => {
        throw explainRefusal(error, space);
      });
    });
  }

  /** How many rows each place has. */
  async count(
    { caller, space, statements }: Found,
    places: readonly (OwnPlace | Mention)[],
  ): Promise<readonly bigint[]> {
    const counts: bigint[] = [];
    for (let first = 0; first < places.length; first += PLACES_A_STATEMENT) {
      const some = places.slice(first, first + PLACES_A_STATEMENT);
      const rows = await this.tenants.query<{ place: number; rows: bigint }>(
        caller.ctx,
        statements.count(some),
        accessTo(space),
      );
      rows.forEach(({ place, rows: count }) => (counts[first + place] = count));
    }
    return counts;
  }
}

/** A value that is none of its column's type would be Postgres' refusal; here it is named. */
function checkValues(walk: Walk, seeds: readonly Seed[]): void {
  for (const { table, direct } of walk.own) {
    for (const { column, values } of direct) {
      const type = parseColumnType(columnOf(table.definition, column)!.type);
      const wrong = values.find((value) => !acceptsText(type, value));
      if (wrong !== undefined) {
        const index = seeds.findIndex(({ value }) => value === wrong);
        throw new Fault('invalid-input', {
          field: `subject[${index}].value`,
          detail: `${table.definition.name}.${column} holds ${expected[type.family]}`,
        });
      }
    }
  }
}

/** What a plan was agreed to for: the person's tables, their columns, classes and links. Tables that hold nothing of the person may come and go. */
function shapeOf({ own, mentions }: Walk): string {
  const text = JSON.stringify([
    own.map(({ table: { schema, definition }, direct, parents, recursive }) => [
      schema,
      definition.name,
      definition.columns.map(({ name, type, classification }) => [name, type, classification]),
      direct.map(({ column }) => column),
      [...parents, ...recursive].map(({ columns, table }) => [columns, table]),
    ]),
    mentions.map(({ table, key }) => [table.definition.name, key.columns, key.table]),
  ]);
  return createHash('sha256').update(text).digest('base64url');
}
