import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TestDatabase } from '@tenantry/testing/database';
import pg from 'pg';
import { doctor } from '../doctor/doctor.js';
import { SHOP } from '../testing/shop.js';
import { migrate } from './migrate.js';
import type { ServiceSchema } from './service-schema.js';

describe('migrate', () => {
  let database: TestDatabase;
  let url: string;
  let folder: string;
  let shop: ServiceSchema;

  beforeEach(async () => {
    database = await TestDatabase.empty();
    url = database.adminUrl;
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    cpSync(fileURLToPath(SHOP.migrations), folder, { recursive: true });
    shop = { ...SHOP, migrations: pathToFileURL(`${folder}/`), password: 'test' };
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  /** Everything that the catalogue knows about the schemas: two equal ones are the same database. */
  const schemaText = (): Promise<object[]> =>
    database.admin(`select 'column' as what, format('%s.%s.%s %s %s', table_schema, table_name, column_name, data_type, is_nullable) as it
        from information_schema.columns where table_schema in ('shop', 'platform')
      union all select 'constraint', format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
        where connamespace::regnamespace::text in ('shop', 'platform')
      union all select 'index', indexdef from pg_indexes where schemaname in ('shop', 'platform')
      union all select 'policy', p::text from pg_policies p
      union all select 'acl', format('%s %s', oid::regclass, relacl) from pg_class where relnamespace::regnamespace::text in ('shop', 'platform')
      union all select 'function', format('%s %s %s', oid::regprocedure, proacl, md5(prosrc)) from pg_proc where pronamespace::regnamespace::text in ('shop', 'platform')
      order by 1, 2`);

  it('makes a sound database, and tells each step', async () => {
    const steps: string[] = [];
    await migrate(url, [shop], (step) => steps.push(`${step.service}/${step.file} ${step.index}/${step.count}`));
    expect(steps).toEqual([
      'platform/0001_platform.sql 1/3',
      'platform/0002_index_keys.sql 2/3',
      'platform/0003_rights_stay.sql 3/3',
      'shop/messaging/0001_messaging.sql 1/3',
      'shop/messaging/0002_near_relays.sql 2/3',
      'shop/0001_things.sql 3/3',
    ]);
    expect(await doctor(url)).toEqual([]);
  });

  it('changes nothing when it is run again', async () => {
    await migrate(url, [shop]);
    const before = await schemaText();
    const steps: string[] = [];
    await migrate(url, [shop], (step) => steps.push(step.file));
    expect(steps).toEqual([]);
    expect(await schemaText()).toEqual(before);
  });

  it('is harmless from 20 sessions at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => migrate(url, [shop])));
    expect(await database.admin('select count(*)::int as n from platform.migration')).toEqual([{ n: 6 }]);
    expect(await doctor(url)).toEqual([]);
  }, 120_000);

  it('is harmless from several processes at once', async () => {
    const program = join(folder, 'migrate.ts');
    writeFileSync(
      program,
      `import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)};
       const shop = { name: 'shop', jobs: ${JSON.stringify(SHOP.jobs)}, password: 'test', migrations: new URL(${JSON.stringify(shop.migrations.href)}) };
       await migrate(${JSON.stringify(url)}, [shop]);`,
    );
    const hooks = fileURLToPath(new URL('../../../../scripts/typescript.mjs', import.meta.url));
    const run = (): Promise<number | null> =>
      new Promise((resolve) => {
        spawn(process.execPath, ['--import', hooks, program], { stdio: 'inherit' }).once('exit', resolve);
      });
    expect(await Promise.all(Array.from({ length: 4 }, run))).toEqual([0, 0, 0, 0]);
    expect(await database.admin('select count(*)::int as n from platform.migration')).toEqual([{ n: 6 }]);
  }, 120_000);

  it('gives the same database step by step as at once', async () => {
    await migrate(url, [shop]);
    writeFileSync(
      join(folder, '0002_note.sql'),
      `alter table shop.thing add note text;\ncall platform.tenant_table('shop.thing', classes => '{"note": "personal"}');`,
    );
    await migrate(url, [shop]);
    const stepwise = await schemaText();
    const [kept] = await database.admin(
      `select class from platform.column_class where table_name = 'shop.thing' and column_name = 'name'`,
    );
    expect(kept).toEqual({ class: 'personal' });
    await database.drop();
    database = await TestDatabase.empty();
    await migrate(database.adminUrl, [shop]);
    expect(await schemaText()).toEqual(stepwise);
  });

  it('gives back no right that was taken away when a later migration classes columns', async () => {
    await migrate(url, [shop]);
    const class_ = (table: string, classes: string): string =>
      `alter table shop.${table} add note text;\ncall platform.tenant_table('shop.${table}', classes => '${classes}');\n`;
    writeFileSync(
      join(folder, '0002_less.sql'),
      'revoke delete on shop.thing from shop_service; revoke all on shop.part from shop_service;',
    );
    writeFileSync(join(folder, '0003_note.sql'), class_('thing', '{"note": "personal"}') + class_('part', '{}'));
    writeFileSync(
      join(folder, '0004_again.sql'),
      `drop table shop.part;\ncreate table shop.part (tenant_id uuid, id uuid, primary key (tenant_id, id));\ncall platform.tenant_table('shop.part');`,
    );
    const rights = (table: string): Promise<object[]> =>
      database.admin(
        `select has_table_privilege('shop_service', 'shop.${table}', 'select') as reads, has_table_privilege('shop_service', 'shop.${table}', 'delete') as deletes`,
      );
    await migrate(url, [shop]);
    expect(await rights('thing')).toEqual([{ reads: true, deletes: false }]);
    expect(await rights('part')).toEqual([{ reads: true, deletes: true }]); // another table by that name
    expect(await doctor(url)).toEqual([]);
  });

  it('refuses a file that was changed after it had been applied', async () => {
    await migrate(url, [shop]);
    writeFileSync(join(folder, '0001_things.sql'), '-- another text');
    await expect(migrate(url, [shop])).rejects.toThrow('shop/0001_things.sql was changed');
  });

  it('refuses a database that is ahead of the code', async () => {
    writeFileSync(join(folder, '0002_later.sql'), 'create type shop.later as enum ()');
    await migrate(url, [shop]);
    rmSync(join(folder, '0002_later.sql'));
    await expect(migrate(url, [shop])).rejects.toThrow(
      'the database is ahead of this code: it has shop/0002_later.sql',
    );
  });

  it('refuses a file that comes before one that is already applied', async () => {
    writeFileSync(join(folder, '0003_later.sql'), 'create type shop.later as enum ()');
    await migrate(url, [shop]);
    writeFileSync(join(folder, '0002_between.sql'), 'create type shop.between as enum ()');
    await expect(migrate(url, [shop])).rejects.toThrow('give it a higher number');
  });

  it('keeps nothing of a file that fails, and names the line', async () => {
    writeFileSync(join(folder, '0002_bad.sql'), 'create type shop.kept as enum ();\n\nselect wrong;');
    await expect(migrate(url, [shop])).rejects.toThrow(/shop\/0002_bad\.sql failed: .*"wrong".*\(line 3\)/);
    expect(await database.admin(`select from pg_type where typname = 'kept'`)).toEqual([]);
    rmSync(join(folder, '0002_bad.sql'));
    await migrate(url, [shop]);
  });

  it('makes roles that own nothing they can log in to, and changes a password without writing it down', async () => {
    await migrate(url, [shop]);
    const roles =
      await database.admin(`select rolname, rolcanlogin, rolinherit, rolsuper or rolbypassrls or rolcreaterole as strong
      from pg_roles where rolname in ('shop_owner', 'shop_service', 'shop_relay') order by 1`);
    expect(roles).toEqual([
      { rolname: 'shop_owner', rolcanlogin: false, rolinherit: false, strong: false },
      { rolname: 'shop_relay', rolcanlogin: false, rolinherit: false, strong: false },
      { rolname: 'shop_service', rolcanlogin: true, rolinherit: false, strong: false },
    ]);
    const before = await database.admin(`select rolpassword from pg_authid where rolname = 'shop_service'`);
    await migrate(url, [shop]);
    expect(await database.admin(`select rolpassword from pg_authid where rolname = 'shop_service'`)).toEqual(before);
    const login = new URL(url);
    [login.username, login.password] = ['shop_service', 'test'];
    const client = new pg.Client({ connectionString: login.href });
    await expect(client.connect()).resolves.toBeDefined();
    await client.end();
  });

  it('refuses a service whose name is not that of a schema', async () => {
    await expect(migrate(url, [{ ...shop, name: 'Shop; drop' }])).rejects.toThrow('name');
  });
});
