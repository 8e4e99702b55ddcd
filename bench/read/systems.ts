import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createUser } from '@nats-io/nkeys';
import { newId } from '@tenantry/kernel';
import { findNatsServer, freePort, startNats } from '@tenantry/local/servers';
import { issueToken } from '../baselines/access-token.js';
import { type Item, MAX_CONNECTIONS, prepareItems } from '../baselines/items.js';
import { limitTenant, ownerOf, prepareTenant, send, signIn } from '../instance/client.js';
import { npmStart } from '../instance/npm-start.js';
import { takePlace, takePostgres } from '../instance/place.js';
import { run } from '../instance/program.js';

const ROWS = 1_000;
const TENANTS = 20;
const program = (name: string): string => join(import.meta.dirname, '../baselines', name);

/** What is sent to a system. */
export interface Ask {
  readonly url: string;
  /** As JSON, by POST; without it the request is a GET. */
  readonly body?: object;
}

/** Something that answers reads, lists and writes of the same rows over HTTP. */
export interface System {
  readonly name: string;
  headers: Readonly<Record<string, string>>;
  readonly read: (id: string) => Ask;
  readonly list: Ask;
  readonly write: Ask;
}

export interface Systems {
  readonly tenantry: System;
  readonly bare: System;
  readonly guarded: System;
  readonly nest: System;
  readonly graphile: System;
  readonly ids: readonly string[];
  /** A token of Tenantry's lives for ten minutes; the baselines' for longer than any run. */
  signInAgain(): Promise<void>;
}

const slugOf = (i: number): string => `bench${i}`;
const NEW_ITEM = { name: 'one more', status: 'open', amount: 7 };

const itemsOf = (): Item[] =>
  Array.from({ length: ROWS }, (_, i) => ({ id: newId(), name: `item ${i}`, status: 'open', amount: i }));

/** The whole of it on its own product table, shared by all tenants of the pool. */
async function startTenantry(
  gateway: string,
  items: readonly Item[],
): Promise<Pick<Systems, 'tenantry' | 'signInAgain'> & { tenantIds: string[] }> {
  const admin = await signIn(gateway);
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'name', type: 'text', nullable: false },
    { name: 'status', type: 'text', nullable: false },
    { name: 'amount', type: 'integer', nullable: false },
    { name: 'created_at', type: 'timestamptz', nullable: false, default: 'now()' },
  ];
  await send('POST', `${gateway}/v1/product-tables`, admin, { name: 'items', columns });
  const tenants: { id: string; token: string }[] = [];
  for (let i = 0; i < TENANTS; i++) tenants.push(await prepareTenant(gateway, admin, slugOf(i), 'pool'));
  for (const { id, token } of tenants) {
    await limitTenant(gateway, admin, id);
    // A key is unique within its tenant, so all have the same.
    await send('POST', `${gateway}/rest/v1/items`, token, items);
  }
  const url = `${gateway}/rest/v1/items`;
  const select = 'select=id,name,status,amount,created_at';
  const headersOf = (token: string) => ({ authorization: `Bearer ${token}`, prefer: 'return=representation' });
  const tenantry: System = {
    name: 'Tenantry',
    headers: headersOf(tenants[0]!.token),
    read: (id) => ({ url: `${url}?${select}&id=eq.${id}` }),
    list: { url: `${url}?${select}&order=id&limit=50` },
    write: { url: `${url}?${select}`, body: NEW_ITEM },
  };
  const signInAgain = async (): Promise<void> => {
    tenantry.headers = headersOf(await signIn(gateway, ownerOf(slugOf(0))));
  };
  return { tenantry, signInAgain, tenantIds: tenants.map(({ id }) => id) };
}

async function startNest(stack: AsyncDisposableStack, directory: string, env: Record<string, string>): Promise<string> {
  const user = createUser();
  const binary = await findNatsServer(console.error);
  const nats = await startNats(binary, directory, {
    port: await freePort(),
    adminNkey: user.getPublicKey(),
    users: [],
  });
  stack.defer(() => nats.stop());
  const settings = { ...env, NATS_URL: nats.url, BENCH_NKEY: new TextDecoder().decode(user.getSeed()) };
  const service = await run(program('nest-service.ts'), settings, /^(answers) items/);
  stack.defer(() => service.stop());
  const gateway = await run(program('nest-gateway.ts'), settings, /^(http\S+)$/);
  stack.defer(() => gateway.stop());
  return gateway.address;
}

/** PostGraphile with the same policy; it answers queries, so the same rows in its own words. */
async function startGraphile(
  stack: AsyncDisposableStack,
  env: Record<string, string>,
  { tenantId, token }: { readonly tenantId: string; readonly token: string },
): Promise<System> {
  const directory = join(import.meta.dirname, '../postgraphile');
  if (!existsSync(join(directory, 'node_modules')))
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: directory });
  const settings = { ...env, GRAPHILE_ENV: 'production', MAX_CONNECTIONS: String(MAX_CONNECTIONS) };
  const started = await run(join(directory, 'server.mjs'), settings, /^(http\S+)$/);
  stack.defer(() => started.stop());
  const url = `${started.address}/graphql`;
  const fields = 'rowId name status amount createdAt';
  const read = `query($t: UUID!, $id: UUID!) { one: guardedItemByTenantIdAndRowId(tenantId: $t, rowId: $id) { ${fields} } }`;
  const list = `{ many: allGuardedItems(first: 50, orderBy: ROW_ID_ASC) { nodes { ${fields} } } }`;
  const write = `mutation($item: GuardedItemInput!) { createGuardedItem(input: { guardedItem: $item }) { guardedItem { ${fields} } } }`;
  return {
    name: 'PostGraphile 5, row-level security by pgSettings',
    headers: { authorization: `Bearer ${token}` },
    read: (id) => ({ url, body: { query: read, variables: { t: tenantId, id } } }),
    list: { url, body: { query: list } },
    write: { url, body: { query: write, variables: { item: { tenantId, ...NEW_ITEM } } } },
  };
}

/** Starts all of them on one Postgres; Tenantry's services as one process or each as its own. */
export async function startSystems(stack: AsyncDisposableStack, isSplit: boolean): Promise<Systems> {
  const place = await takePlace(stack);
  const postgres = await takePostgres(stack, place.directory);
  const settings = { ...place.settings, DATABASE_URL: postgres.url, NODE_ENV: 'production' };
  const started = await npmStart(settings, { args: isSplit ? ['--split'] : [] });
  stack.defer(() => started.stop());
  const items = itemsOf();
  const { tenantry, signInAgain, tenantIds } = await startTenantry(started.address, items);
  const url = await prepareItems(postgres.url, tenantIds, items);
  const { token, jwk } = await issueToken(tenantIds[0]!);
  const env = { DATABASE_URL: url, BENCH_JWK: JSON.stringify(jwk), NODE_ENV: 'production' };
  const bare = await run(program('bare-items.ts'), env, /^(http\S+)$/);
  stack.defer(() => bare.stop());
  const guarded = await run(program('guarded-items.ts'), env, /^(http\S+)$/);
  stack.defer(() => guarded.stop());
  const nest = await startNest(stack, place.directory, env);
  const at = (name: string, base: string): System => ({
    name,
    headers: { authorization: `Bearer ${token}` },
    read: (id) => ({ url: `${base}/items/${id}` }),
    list: { url: `${base}/items` },
    write: { url: `${base}/items`, body: NEW_ITEM },
  });
  return {
    ...{ tenantry, signInAgain },
    bare: at('bare Fastify and pg, no tenancy', `${bare.address}/${tenantIds[0]}`),
    guarded: at('Fastify, jose, row-level security in four round trips', guarded.address),
    graphile: await startGraphile(stack, env, { tenantId: tenantIds[0]!, token }),
    nest: at('Nest gateway, ClientNats, Nest service, TypeORM transaction', nest),
    ids: items.map(({ id }) => id),
  };
}
