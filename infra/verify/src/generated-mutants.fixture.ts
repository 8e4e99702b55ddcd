import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { operations, type Operation } from '@tenantry/contracts';
import { ContextVerifier } from '@tenantry/messaging';
import type { Service } from '@tenantry/service';
import pg from 'pg';
import { both, patch, providerOf, type Mutant, type Plant } from './mutants.fixture.js';
import type { ProvingGround } from './proving-ground.fixture.js';
import { inSql, pool } from './sql-mutants.fixture.js';

const RELOAD_MS = 500;
const SQL = { only: /^$/, sections: ['sql'] } as const;
const BUS = { only: /^$/, sections: ['bus'] } as const;

/** A hole for each table, each permission and each user of the bus that there is, so that what is added is not forgotten. */
export async function generatedMutants(ground: ProvingGround, gateway: Service): Promise<Mutant[]> {
  return [
    ...(await tableMutants(ground)),
    ...operations.filter(isGuarded).map((operation) => permissionMutant(operation, gateway)),
    ...busMutants(ground),
    sessionMutant,
    logMutant,
  ];
}

/** Of every table that row-level security guards: it is not forced, and one more policy lets everybody see every row. */
async function tableMutants({ adminUrl }: ProvingGround): Promise<Mutant[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client
    .query<{ table: string; isOpen: boolean }>(
      `select format('%I.%I', n.nspname, c.relname) as table,
         exists (select from pg_policy p where p.polrelid = c.oid and p.polroles = '{0}' and pg_get_expr(p.polqual, c.oid) = 'true') as "isOpen"
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relrowsecurity and c.relkind in ('r', 'p') and exists (select from pg_policy p where p.polrelid = c.oid) order by c.oid`,
    )
    .finally(() => client.end());
  return rows.flatMap(({ table, isOpen }) => [
    {
      name: `${table}: not forced`,
      plant: inSql(
        () => `alter table ${table} no force row level security`,
        () => `alter table ${table} force row level security`,
      ),
      ...SQL,
    },
    {
      name: `${table}: a policy that shows every row`,
      plant: inSql(
        () => `create policy verify_hole on ${table} using (true)`,
        () => `drop policy verify_hole on ${table}`,
      ),
      ...SQL,
      ...(isOpen ? { heldBy: 'its purpose: everybody sees every row' } : {}),
    },
  ]);
}

function isGuarded({ permission, http, scope }: Operation): boolean {
  return permission !== null && http !== null && scope === 'tenant';
}

/** What nobody but an agent may do, whatever its permissions: verify's keys and people are none. */
const OF_AGENTS: ReadonlySet<string> = new Set(['CallAgentTool', 'ExchangeAgentToken', 'Mcp']);

/** Neither the gateway nor the service asks for the permission of one operation. */
function permissionMutant({ name }: Operation, gateway: Service): Mutant {
  const atTheGateway: Plant = () => {
    const undo = patch(providerOf(gateway, 'Permission').prototype, 'run', (was) => {
      return function run(this: unknown, exchange: unknown) {
        const { operation } = exchange as { operation: Operation };
        return operation.name === name ? undefined : was.call(this as never, exchange);
      };
    });
    return Promise.resolve(() => Promise.resolve(undo()));
  };
  const inTheService: Plant = () => {
    const undo = patch(ContextVerifier.prototype, 'authorize', (was) => {
      return function authorize(this: ContextVerifier, ctx, operation) {
        if (operation.name !== name) was.call(this, ctx, operation);
      };
    });
    return Promise.resolve(() => Promise.resolve(undo()));
  };
  const only = new RegExp(`^${name}$`);
  return {
    name: `${name}: no permission is asked for`,
    plant: both(atTheGateway, inTheService),
    only,
    sections: ['http'],
    ...(OF_AGENTS.has(name) ? { heldBy: 'the service, which does this for agents alone' } : {}),
  };
}

/** Each user of the bus may publish, or hear, everything. */
function busMutants({ stateDir }: ProvingGround): Mutant[] {
  const file = join(stateDir, 'nats', 'nats.conf');
  const users = [...readFileSync(file, 'utf8').matchAll(/# ([a-z]+)\n\s+\{ nkey: \w+, permissions: (\{.*\}) \}/g)];
  return users.flatMap(([, service = '', permissions = '']) =>
    (['publish', 'subscribe'] as const).map((right) => ({
      name: `${service} may ${right} everything`,
      plant: async () => {
        const before = readFileSync(file, 'utf8');
        const open = { ...(JSON.parse(permissions) as object), [right]: { allow: ['>'] } };
        await reload(file, before.replace(permissions, JSON.stringify(open)));
        return () => reload(file, before);
      },
      ...BUS,
    })),
  );
}

async function reload(file: string, config: string): Promise<void> {
  writeFileSync(file, config);
  process.kill(Number(readFileSync(join(file, '../nats.pid'), 'utf8')), 'SIGHUP');
  await delay(RELOAD_MS); // nats-server tells nobody when it has read its configuration
}

/** Sessions begin with a tenant on them, as if a connection had come back to its pool with one. */
const sessionMutant: Mutant = {
  name: 'a session that has a tenant from the start',
  plant: inSql(
    (ground) => `alter role identity_service set app.tenant_id = '${pool(ground).b.id}'`,
    () => 'alter role identity_service reset app.tenant_id',
  ),
  ...SQL,
};

const logMutant: Mutant = {
  name: 'a token in a log',
  plant: (ground) => {
    const file = join(ground.stateDir, 'logs', 'hole.log'); // of its own: the services go on writing to theirs
    writeFileSync(file, `{"text":"hole","token":"${pool(ground).a.owner.token}"}\n`);
    return Promise.resolve(() => Promise.resolve(rmSync(file)));
  },
  only: /^$/,
  sections: ['leaks'],
};
