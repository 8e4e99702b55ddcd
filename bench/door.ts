import { type Access, HOME_CELL, type ServiceSchema, migrate, openDoors, sql } from '@tenantry/database';
import { type TenantContext, newId } from '@tenantry/kernel';
import pg from 'pg';
import { takeFolder, takePostgres } from './instance/place.js';
import { median } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What the door to a tenant's rows costs: a point read through it, against the same prepared read by bare `pg` from a
 * table without row-level security. Same process, same server, taking turns; the medians' ratio is the result.
 */
const TENANTS = 100;
const ROWS_EACH = 100;
/** As many as a service has by default, and as many reads at once: it is the door that is measured, not the wait for a connection. */
const CONNECTIONS = 10;
const IN_FLIGHT = CONNECTIONS;
const RUNS = 3;
/** Variants take short turns, so that whatever else the machine does hits all of them alike. */
const TURN_MS = 100;
const TURNS = 20;
/** Postgres settles on a plan at a statement's sixth use, and each connection has its own statements for each tenant. */
const WARM_UP_READS = TENANTS * CONNECTIONS * 12;

const SHOP: ServiceSchema = {
  name: 'shop',
  migrations: new URL('door/', import.meta.url),
  jobs: [],
  password: 'bench',
};

interface Variant {
  readonly name: string;
  readonly target: number;
  read(i: number): Promise<unknown>;
}

interface Tenant {
  readonly ctx: TenantContext;
  readonly access: Access;
}

async function prepare(url: string): Promise<Tenant[]> {
  await migrate(url, [SHOP]);
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const tenants = Array.from({ length: TENANTS }, (_, n) => ({ ctx: contextOf(newId()), access: accessOf(n) }));
  const fill = `select t, i, 'item ' || i, i from unnest($1::uuid[]) t, generate_series(1, ${ROWS_EACH}) i`;
  const ids = tenants.map((tenant) => tenant.ctx.tenantId);
  await admin.query(`insert into shop.plain ${fill}`, [ids]);
  await admin.query(`insert into shop.pooled ${fill}`, [ids]);
  for (const { ctx, access } of tenants) {
    const { role } = access;
    await admin.query(`do $$ begin create role ${role} nologin; exception when duplicate_object then null; end $$`);
    await admin.query(`grant ${role} to shop_service with inherit false, set true`);
    await admin.query(`create schema ${role}; grant usage on schema ${role} to ${role}`);
    await admin.query(`create table ${role}.item (like shop.plain including all)`);
    await admin.query(`call platform.tenant_table('${role}.item', grantee => '${role}')`);
    await admin.query(`insert into ${role}.item ${fill}`, [[ctx.tenantId]]);
  }
  await admin.query('vacuum analyze');
  await admin.end();
  return tenants;
}

function accessOf(n: number): Access {
  return { role: `shop_t${n}`, searchPath: [`shop_t${n}`] };
}

function contextOf(tenantId: string): TenantContext {
  const request = { id: newId(), clientIp: null, userAgent: null, deadlineAtMs: 0, traceparent: null };
  return {
    ...{
      tenantId,
      cell: HOME_CELL,
      mode: 'pool',
      organizationId: null,
      locationId: null,
      onBehalfOf: null,
      agentId: null,
    },
    ...{ grantId: null, purpose: 'request', permissions: [], credentialId: null, whenSuspended: false, request },
    ...{ actor: { kind: 'user', id: newId(), role: 'owner' }, idempotency: null, signal: null },
  };
}

/** Reads, so many at a time, while `goesOn` says so; answers reads a second. */
async function measure(variant: Variant, goesOn: (reads: number, elapsedMs: number) => boolean): Promise<number> {
  const startedAtMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedAtMs;
  let reads = 0;
  const reader = async (): Promise<void> => {
    while (goesOn(reads, elapsedMs())) {
      await variant.read(reads++);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, reader));
  return (reads / elapsedMs()) * 1_000;
}

async function compare(url: string): Promise<boolean> {
  const tenants = await prepare(url);
  const login = new URL(url);
  [login.username, login.password] = ['shop_service', SHOP.password];
  const bare = new pg.Pool({ connectionString: login.href, max: CONNECTIONS });
  bare.on('error', () => undefined); // it lets go of its sessions later than it says
  const doors = openDoors({ url: login.href, service: 'shop', maxConnections: CONNECTIONS });
  const pick = (i: number): Tenant => tenants[i % TENANTS]!;
  const row = (i: number): number => (i % ROWS_EACH) + 1;
  const text = 'select id, name, amount from shop.plain where tenant_id = $1 and id = $2';
  const variants: Variant[] = [
    {
      name: 'bare pg, prepared, no row-level security',
      target: 0,
      read: (i) => bare.query({ name: 'read', text, values: [pick(i).ctx.tenantId, row(i)] }),
    },
    {
      name: 'door, pool mode',
      target: 0.85,
      read: (i) => doors.tenants.query(pick(i).ctx, sql`select id, name, amount from shop.pooled where id = ${row(i)}`),
    },
    {
      name: `door, schema mode, ${TENANTS} tenants`,
      target: 0.6,
      read: (i) =>
        doors.tenants.query(pick(i).ctx, sql`select id, name, amount from item where id = ${row(i)}`, pick(i).access),
    },
  ];
  const results = new Map(variants.map((variant) => [variant, [] as number[]]));
  for (const variant of variants) {
    await measure(variant, (reads) => reads < WARM_UP_READS);
  }
  for (let run = 0; run < RUNS; run++) {
    const reads = new Map(variants.map((variant) => [variant, 0]));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const variant of variants) {
        reads.set(variant, reads.get(variant)! + (await measure(variant, (_, elapsedMs) => elapsedMs < TURN_MS)));
      }
    }
    variants.forEach((variant) => results.get(variant)!.push(reads.get(variant)! / TURNS));
  }
  await Promise.all([bare.end(), doors.close()]);
  return report(results);
}

function report(results: ReadonlyMap<Variant, readonly number[]>): boolean {
  const [first] = results.values();
  const found = [...results].slice(1).map(([{ name, target }, runs]) => {
    const ratio = median(runs) / median(first!);
    return { name, baseline: 'bare pg', ratio, target, met: ratio >= target, runs };
  });
  record('door', found);
  let held = true;
  for (const [{ name, target }, perSecond] of results) {
    const ratio = median(perSecond) / median(first!);
    held &&= ratio >= target;
    const goal = target > 0 ? ` (target ${target.toFixed(2)}${ratio >= target ? '' : ', MISSED'})` : '';
    console.log(`${name}: ${ratio.toFixed(2)}${goal}, ${Math.round(median(perSecond))} reads/s`);
  }
  return held;
}

await using stack = new AsyncDisposableStack();
const server = await takePostgres(stack, takeFolder(stack));
process.exitCode = (await compare(server.url)) ? 0 : 1;
