import pg from 'pg';
import type { Mutant, Plant } from './mutants.fixture.js';
import type { ProvingGround } from './proving-ground.fixture.js';

/** As the superuser: one statement that makes the hole, one that closes it. */
export const inSql =
  (hole: (ground: ProvingGround) => string, closed: (ground: ProvingGround) => string): Plant =>
  async (ground) => {
    const run = async (text: string): Promise<void> => {
      const client = new pg.Client({ connectionString: ground.adminUrl });
      await client.connect();
      await client.query(text).finally(() => client.end());
    };
    await run(hole(ground));
    return () => run(closed(ground));
  };

const roleOf = (tenantId: string): string => `t_${tenantId.replaceAll('-', '')}`;

/** The tenants that share the pool's tables. */
export const pool = ({ verification }: ProvingGround) => verification.pairs.find(({ mode }) => mode === 'pool')!;

/** A product table in which all tenants have rows. */
export const product = ({ verification }: ProvingGround): string => `product.${verification.tables.name}`;

const sql = { only: /^$/, sections: ['sql'] } as const;

/** Holes that nobody but a login of the database sees. */
export const sqlMutants: readonly Mutant[] = [
  {
    name: 'row-level security that is not forced',
    plant: inSql(
      (ground) => `alter table ${product(ground)} no force row level security`,
      (ground) => `alter table ${product(ground)} force row level security`,
    ),
    ...sql,
  },
  {
    name: "a tenant's role that the data service inherits",
    plant: inSql(
      (ground) => `grant ${roleOf(pool(ground).b.id)} to data_service with inherit true`,
      (ground) => `grant ${roleOf(pool(ground).b.id)} to data_service with inherit false`,
    ),
    ...sql,
  },
  {
    name: "a tenant's role that may read another's schema",
    plant: inSql(
      (ground) => grantAcross(ground, 'grant', 'to'),
      (ground) => grantAcross(ground, 'revoke', 'from'),
    ),
    ...sql,
  },
  {
    name: 'a function for everybody that reads with a superuser’s rights',
    plant: inSql(
      (ground) => reader(ground, 'public.verify_hole'),
      () => 'drop function public.verify_hole',
    ),
    ...sql,
    by: /others' functions/,
  },
  {
    name: 'a function of one service that reads with a superuser’s rights',
    plant: inSql(
      (ground) =>
        `${reader(ground, 'data.verify_hole')}; revoke all on function data.verify_hole from public; grant execute on function data.verify_hole to data_service`,
      () => 'drop function data.verify_hole',
    ),
    ...sql,
    by: /data\.verify_hole\(text\) with another tenant/,
  },
  {
    name: 'a function of one service that changes what is said, with a superuser’s rights',
    plant: inSql(
      () =>
        `create function data.verify_hole(said text) returns void language sql security definer set search_path = pg_catalog
           begin atomic update data.space set attempt = attempt + 1 where tenant_id::text = said; end;
         revoke all on function data.verify_hole from public; grant execute on function data.verify_hole to data_service`,
      () => 'drop function data.verify_hole',
    ),
    ...sql,
    by: /data\.verify_hole\(text\) with another tenant/,
  },
  {
    name: 'a view that shows what its owner sees',
    plant: inSql(
      (ground) =>
        `create view product.verify_hole as select * from ${product(ground)}; grant select on product.verify_hole to data_pool`,
      () => 'drop view product.verify_hole',
    ),
    ...sql,
    by: /views, as a tenant's role/,
  },
  {
    name: 'a function that may look at rows before their policy does',
    plant: inSql(
      () => 'create function public.verify_hole(n int) returns int language sql immutable leakproof return n',
      () => 'drop function public.verify_hole',
    ),
    ...sql,
    by: /marked leakproof/,
  },
  {
    name: "a service that may read another's tables",
    plant: inSql(
      () => 'grant usage on schema identity to audit_service; grant select on identity.api_key to audit_service',
      () => 'revoke select on identity.api_key from audit_service; revoke usage on schema identity from audit_service',
    ),
    ...sql,
  },
];

function grantAcross(ground: ProvingGround, verb: 'grant' | 'revoke', preposition: 'to' | 'from'): string {
  const { a, b } = pool(ground);
  const target = `${preposition} ${roleOf(a.id)}`;
  return `${verb} usage on schema ${roleOf(b.id)} ${target}; ${verb} select on all tables in schema ${roleOf(b.id)} ${target}`;
}

/** Everything in a table of the product, whatever is said. */
function reader(ground: ProvingGround, name: string): string {
  return `create function ${name}(said text) returns setof text language sql security definer set search_path = pg_catalog
    begin atomic select t::text from ${product(ground)} t; end`;
}
