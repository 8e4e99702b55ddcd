import { BusAttacker, type Claims } from './bus-attacker.js';
import { beginAsTenant, tenantRole, type Instance } from './instance.js';
import type { Report } from './report.js';
import type { DemoTenant, World } from './world.js';

/** The claims of a tenant's owner as the gateway signs them. */
export function ownerClaims(tenant: DemoTenant, mode: string): Claims {
  return {
    ten: tenant.id,
    cell: 'home',
    mode,
    act: { k: 'user', i: '01900000-0000-7000-8000-00000000dead', r: 'owner' },
    pur: 'request',
    per: ['*'],
  };
}

/** Tries to get at the clinic as chinook: over HTTP, on the bus and in SQL. Every attack has a control that must succeed. */
export async function tryToCross(world: World, instance: Instance, report: Report): Promise<void> {
  await crossOverHttp(world, report);
  await crossOnTheBus(world, instance, report);
  await crossInSql(world, instance, report);
}

async function crossOverHttp({ chinook, clinic }: World, report: Report): Promise<void> {
  const patientId = clinic.tables[0]!.rows[0]!['id'];
  const own = await clinic.owner.call<unknown[]>('GET', `/rest/v1/patients?select=id&id=eq.${patientId}`);
  const foreign = await chinook.owner.call<unknown[]>('GET', `/rest/v1/patients?select=id&id=eq.${patientId}`);
  report.check(
    "clinic's row id with chinook's token",
    own.body.length === 1 && foreign.body.length === 0,
    `${foreign.body.length} rows (clinic itself: ${own.body.length})`,
  );

  const theirs = await clinic.owner.call('GET', '/rest/v1/tracks');
  const unknown = await clinic.owner.call('GET', '/rest/v1/no_such_table');
  report.check(
    "chinook's table name with clinic's token",
    theirs.status === 404 && unknown.status === 404,
    `${theirs.status}, as for a table that nobody has`,
  );

  const host = `${clinic.slug}.localhost`;
  const crossed = await chinook.owner.call('GET', '/v1/tenant', { headers: { 'tenantry-tenant': clinic.slug } });
  const random = await chinook.owner.call('GET', '/v1/tenant', { headers: { 'tenantry-tenant': 'no-such-tenant' } });
  report.check(
    "clinic's name in the header with chinook's token",
    crossed.status === 404 && random.status === 404,
    `${crossed.status}, as for a tenant that does not exist`,
  );
  report.check(
    "clinic's host name with chinook's token",
    (await statusAtHost(chinook, host)) === 404,
    `404 at ${host}`,
  );
}

/** `fetch` does not let a caller set the host name; node:http does. */
async function statusAtHost(tenant: DemoTenant, host: string): Promise<number | undefined> {
  const { request } = await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const url = new URL('/v1/tenant', tenant.owner.baseUrl);
  request(url, { headers: { ...tenant.owner.headers, host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  })
    .on('error', reject)
    .end();
  return promise;
}

async function crossOnTheBus({ chinook, clinic }: World, instance: Instance, report: Report): Promise<void> {
  const attacker = await BusAttacker.enter(instance);
  try {
    const claims = ownerClaims(chinook, 'schema');
    const control = await attacker.askMyTenant(await attacker.sign(claims, 30));
    report.check('control: a true context on the bus', control.tenantId === chinook.id, 'answered for its own tenant');
    const attacks: [string, string][] = [
      ['a forged context on the bus', await attacker.forge(ownerClaims(clinic, 'pool'))],
      ['an expired context on the bus', await attacker.sign(claims, -60)],
      ['an edited context on the bus', await attacker.edit(claims, clinic.id)],
    ];
    for (const [what, context] of attacks) {
      const { refused } = await attacker.askMyTenant(context);
      report.check(what, refused !== null, refused ?? 'ANSWERED');
    }
  } finally {
    await attacker.close();
  }
}

async function crossInSql({ chinook, clinic }: World, instance: Instance, report: Report): Promise<void> {
  const client = await instance.connect('data_service');
  try {
    const role = tenantRole(chinook.id);
    await beginAsTenant(client, chinook.id);
    const own = await client.query(`select count(*)::int as count from ${role}.tracks`);
    report.check(
      "control: SQL as chinook's role in its own schema",
      own.rows[0].count > 0,
      `${own.rows[0].count} tracks`,
    );
    await client.query('rollback');
    for (const [what, text] of [
      ["SQL as chinook's role in clinic's schema", `select * from ${tenantRole(clinic.id)}.settings`],
      ["SQL as chinook's role in the shared product tables", 'select * from product.patients limit 1'],
    ] as const) {
      await beginAsTenant(client, chinook.id);
      const outcome = await client.query(text).then(
        ({ rowCount }) => `${rowCount} rows`,
        (error: Error & { code?: string }) => `${error.code} ${error.message}`,
      );
      report.check(what, !/rows$/.test(outcome), outcome);
      await client.query('rollback');
    }
  } finally {
    await client.end();
  }
}
