import { Fault } from '@tenantry/kernel';
import { columnOf, isEncrypted, type TableDefinition } from '../tables/table-definition.js';
import { isPersonal, type Mention, type OwnPlace, type Walk } from './subject-walk.js';

/** What happens to the person's rows of a place. `unlink` empties the columns that name the person. */
export type ErasureAction = 'delete' | 'unlink' | 'mask' | 'keep' | 'manual';

/** What to do in one place, and why it can't be more. */
export interface Decision {
  readonly action: ErasureAction;
  readonly reason: string | null;
}

const nameOf = (place: OwnPlace): string => place.table.definition.name;
const canBeEmpty = (table: TableDefinition, columns: readonly string[]): boolean =>
  columns.every((name) => columnOf(table, name)?.nullable === true);

/**
 * What erasing does in each place unless told otherwise. Rows about the person alone are deleted; of rows about several people only what
 * names this one goes, and what belongs to such a row stays with it.
 */
export function defaultActions(walk: Walk): ReadonlyMap<string, Decision> {
  const decided = new Map<string, Decision>();
  for (const place of walk.own) {
    decided.set(nameOf(place), decide(place, decided));
  }
  return decided;
}

function decide(place: OwnPlace, decided: ReadonlyMap<string, Decision>): Decision {
  const { direct, parents, isShared, table } = place;
  if (direct.length > 0) {
    if (!isShared) return { action: 'delete', reason: null };
    return canBeEmpty(
      table.definition,
      direct.map(({ column }) => column),
    )
      ? {
          action: 'unlink',
          reason: 'Its rows can be of several people; declare a subject column to say whose they are',
        }
      : {
          action: 'manual',
          reason:
            'Its rows can be of several people, and the columns that name them can not be empty. Declare a subject column, or choose what happens',
        };
  }
  const goes = parents.length === 0 || parents.every((key) => decided.get(key.table)?.action === 'delete');
  return goes ? { action: 'delete', reason: null } : { action: 'keep', reason: 'It belongs to rows that stay' };
}

/** What happens to references by rows of others: they become empty, unless they can't be. */
export function mentionAction({ table, key }: Mention): Decision {
  return canBeEmpty(table.definition, key.columns)
    ? { action: 'unlink', reason: null }
    : {
        action: 'manual',
        reason: `${key.columns.join(', ')} can not be empty. While such rows are there, the rows that they refer to can be masked, not deleted`,
      };
}

/**
 * What was asked for instead of the defaults.
 * @throws Fault `invalid-input` for a place that the plan does not have or that can't be masked, `conflict` for rows that would stay and lose what they belong to
 */
export function chosenActions(
  walk: Walk,
  chosen: readonly { readonly table: string; readonly action: string }[],
): ReadonlyMap<string, ErasureAction> {
  const actions = new Map([...defaultActions(walk)].map(([table, { action }]) => [table, action]));
  chosen.forEach(({ table, action }, index) => {
    const place = walk.own.find((one) => nameOf(one) === table);
    if (!place) {
      throw new Fault('invalid-input', {
        field: `places[${index}].table`,
        detail: `The plan has no rows of the person in ${table}`,
      });
    }
    if (action === 'mask') assertMaskable(place.table.definition, index);
    actions.set(table, action as ErasureAction);
  });
  walk.own.forEach((place) => assertNothingLost(place, actions));
  return actions;
}

function assertMaskable({ name, columns, primaryKey }: TableDefinition, index: number): void {
  const fixed = columns.find(
    (column) => isPersonal(column) && isEncrypted(column) && !column.nullable && !primaryKey.includes(column.name),
  );
  if (fixed) {
    const detail = `${name}.${fixed.name} is encrypted and never empty, so it can not be masked; delete the rows instead`;
    throw new Fault('invalid-input', { field: `places[${index}].action`, detail });
  }
}

function assertNothingLost(place: OwnPlace, actions: ReadonlyMap<string, ErasureAction>): void {
  const name = nameOf(place);
  const action = actions.get(name)!;
  if (action === 'manual') {
    throw new Fault('conflict', {
      field: 'places',
      detail: `Choose what happens to the rows of ${name}: delete, mask or keep`,
    });
  }
  const links = action === 'delete' ? [] : place.table.definition.foreignKeys.filter((key) => key.table !== name);
  const lost = links.find((key) => actions.get(key.table) === 'delete');
  if (lost && action !== 'unlink') {
    throw new Fault('conflict', {
      field: 'places',
      detail: `Rows of ${name} stay, but the rows of ${lost.table} that they belong to would be deleted. Mask those instead, or delete both`,
    });
  }
}
