import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../client/caller.js';
import { json, type Client } from '../client/client.js';
import type { Tenant } from '../world/tenant.js';
import type { Canary } from '../world/canary.js';

/** Two tables, one of which refers to the other. */
export interface TableNames {
  readonly name: string;
  readonly parent: string;
  /** The foreign key's name. */
  readonly foreignKey: string;
  /** Of product tables: the version that made them. */
  readonly version: string | undefined;
}

/** A row in each of two tables. */
export interface RowIds {
  readonly name: string;
  readonly parent: string;
  readonly row: string;
  readonly parentRow: string;
}

interface Made {
  readonly foreignKeys: readonly { readonly name: string }[];
  readonly change?: { readonly version: string };
}

const ROLL_OUT_PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 50;
/** A column that names a row. */
export const ID = { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' };
/** A column for health information: it needs an agreement in force. */
export const HEALTH = { name: 'finding', type: 'text', classification: 'phi' };
const NOTE = { name: 'note', type: 'text' };

/** Defines two tables, of a tenant's own or of the product. */
export async function createTables(
  client: Client,
  caller: Caller,
  path: string,
  words: Pick<Canary, 'name'>,
): Promise<TableNames> {
  const [parent, name] = [words.name(), words.name()];
  await client.must(caller, json('POST', path, { name: parent, columns: [ID, NOTE] }));
  const columns = [
    ID,
    NOTE,
    { name: 'extra', type: 'text', classification: 'personal' },
    { name: 'sealed', type: 'text', classification: 'secret' },
    HEALTH,
    { name: 'parent_id', type: 'uuid', references: { table: parent, column: 'id' } },
    { name: 'other_id', type: 'uuid' },
  ];
  const { foreignKeys, change } = await client.must<Made>(caller, json('POST', path, { name, columns }));
  return { name, parent, foreignKey: foreignKeys[0]!.name, version: change?.version };
}

/** Defines two product tables, and waits until every tenant has them. @throws Error when that takes too long */
export async function createProductTables(
  client: Client,
  admin: Caller,
  words: Pick<Canary, 'name'>,
): Promise<TableNames> {
  const names = await createTables(client, admin, '/v1/product-tables', words);
  const deadlineMs = performance.now() + ROLL_OUT_PATIENCE_MS;
  for (;;) {
    const { state } = await client.must(admin, json('GET', `/v1/product-changes/${names.version}`));
    if (state === 'done') return names;
    if (performance.now() > deadlineMs) throw new Error(`Not every tenant has the product table ${names.name} in time`);
    await pause(ASK_EVERY_MS);
  }
}

/** Puts a row with the tenant's canary into each of two tables. */
export async function fillTables(
  client: Client,
  tenant: Tenant,
  names: Pick<TableNames, 'name' | 'parent'>,
): Promise<RowIds> {
  const { name, parent } = names;
  const insert = async (table: string, row: object): Promise<string> => {
    const request = { ...json('POST', `/rest/v1/${table}`, row), headers: { prefer: 'return=representation' } };
    const [made] = await client.must<{ id: string }[]>(tenant.owner, request);
    return made!.id;
  };
  const parentRow = await insert(parent, { note: tenant.canary.word() });
  const { canary } = tenant;
  return { name, parent, parentRow, row: await insert(name, { ...newValues(canary), parent_id: parentRow }) };
}

/** A value of each class that a row can have, all with the canary. */
export function newValues(canary: Canary): object {
  return { note: canary.word(), extra: canary.classified(), sealed: canary.sealed(), finding: canary.health() };
}
