import { Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { ContextVerifier, Directory } from '@tenantry/messaging';
import { Cursors, type Service } from '@tenantry/service';
import pg from 'pg';
import type { ProvingGround } from './proving-ground.fixture.js';
import type { Section } from './report/outcome.js';
import { inSql, product, sqlMutants } from './sql-mutants.fixture.js';

/** Puts a hole in; answers how to close it. */
export type Plant = (ground: ProvingGround) => Promise<() => Promise<void>>;

/** A hole that verify must find, or why it can't matter to anybody outside. */
export interface Mutant {
  readonly name: string;
  readonly plant: Plant;
  readonly only: RegExp;
  readonly sections: readonly Section[];
  /** What still holds without it; such a mutant must change nothing. */
  readonly heldBy?: string;
  /** Which attack must find it, where another would as well. */
  readonly by?: RegExp;
}

type Runs = { run: (exchange: unknown) => unknown };

/** A class that Nest makes for a service, by its name: what is compiled and what is source are not the same class. */
export function providerOf(service: Service, name: string): { readonly prototype: Runs } {
  const providers = Reflect.getMetadata('providers', service.module) as unknown[];
  const found = providers.find((one) => typeof one === 'function' && one.name === name);
  if (!found) throw new Error(`The ${service.name} has no ${name}`);
  return found as unknown as { readonly prototype: Runs };
}

/** Replaces a method for a while. */
export function patch<T extends object, K extends keyof T>(target: T, name: K, made: (was: T[K]) => T[K]): () => void {
  const was = target[name];
  target[name] = made(was);
  return () => void (target[name] = was);
}

const nothing = (): undefined => undefined;

export const both =
  (...plants: readonly Plant[]): Plant =>
  async (ground) => {
    const undo = await Promise.all(plants.map((plant) => plant(ground)));
    return async () => {
      for (const close of undo.toReversed()) await close();
    };
  };

const withoutVerifier =
  (name: 'authorize'): Plant =>
  async () => {
    const undo = patch(ContextVerifier.prototype, name, () => nothing);
    return () => Promise.resolve(undo());
  };

/** Services that take every tenant for active and no credential for revoked. */
const blindServices: Plant = async () => {
  const undo = patch(ContextVerifier.prototype, 'authenticate', (was) => {
    return function authenticate(this: ContextVerifier, ...args) {
      const trusting = Object.create(this) as ContextVerifier;
      const standing = { tenantStatus: () => 'active' as const, isRevoked: () => false };
      Object.defineProperty(trusting, 'standing', { value: standing });
      return was.apply(trusting, args);
    };
  });
  return () => Promise.resolve(undo());
};

/** What is known of somebody elsewhere is told at once, and what nobody knows is waited for: the time tells which ids exist. */
const hasty: Plant = async () => {
  const undo = patch(Directory.prototype, 'waitFor', (was) => {
    return function waitFor(this: Directory<never>, key, timeoutMs) {
      return was.call(this, key, timeoutMs);
    };
  });
  return () => Promise.resolve(undo());
};

/** Lists whose cursors are as good for one tenant as for another. */
const unboundCursors: Plant = async () => {
  const nobody = (ctx: TenantContext): TenantContext => ({ ...ctx, tenantId: PLATFORM_TENANT_ID });
  const undo = [
    patch(Cursors.prototype, 'seal', (was) => {
      return function seal(this: Cursors, ctx, ...rest) {
        return was.call(this, nobody(ctx), ...rest);
      };
    }),
    patch(Cursors.prototype, 'open', (was) => {
      return function open(this: Cursors, ctx, ...rest) {
        return was.call(this, nobody(ctx), ...rest);
      };
    }),
  ];
  return () => Promise.resolve(undo.forEach((close) => close()));
};

/** A key that there is, but not here, is forbidden; one that there is not is unknown: whoever tries learns which ids exist. */
const telling =
  (gateway: Service): Plant =>
  async ({ adminUrl }) => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    const undo = patch(providerOf(gateway, 'Forward').prototype, 'run', (was) => {
      return async function run(this: unknown, exchange: unknown) {
        const { params } = (exchange as { incoming: { params: Record<string, string> } }).incoming;
        try {
          await was.call(this as never, exchange);
        } catch (error) {
          if (!(error instanceof Fault && error.reason === 'not-found')) throw error;
          const { rowCount } = await client.query('select from identity.api_key where id::text = any($1)', [
            Object.values(params),
          ]);
          throw rowCount ? new Fault('forbidden') : error;
        }
      };
    });
    return async () => {
      undo();
      await client.end();
    };
  };

const policyOf = (table: string): Plant =>
  inSql(
    () => `create policy verify_hole on ${table} using (true)`,
    () => `drop policy verify_hole on ${table}`,
  );

const QUICK = /^(GetMyTenant|ListApiKeys|RevokeApiKey|ListTenants|GetMe)$/;
const ROWS = /^(ReadRows|UpdateRows)$/;

/** Every hole that is planted; `gateway` is the service whose steps are removed. */
export function mutantsOf(gateway: Service): readonly Mutant[] {
  const step =
    (name: string): Plant =>
    async () => {
      const undo = patch(providerOf(gateway, name).prototype, 'run', () => nothing);
      return () => Promise.resolve(undo());
    };
  const deaf: Plant = async () => {
    const undo = patch(providerOf(gateway, 'ResolveTenant').prototype, 'run', (was) => {
      return function run(this: unknown, exchange: unknown) {
        const { incoming } = exchange as { incoming: { host: string; headers: Record<string, unknown> } };
        delete incoming.headers['tenantry-tenant'];
        incoming.host = 'localhost';
        return was.call(this, exchange);
      };
    });
    return () => Promise.resolve(undo());
  };
  const http = { only: QUICK, sections: ['http'] } as const;
  const bus = { only: /^$/, sections: ['bus'] } as const;
  const rows = { only: ROWS, sections: ['http', 'answers'] } as const;
  return [
    { name: 'gateway without Authenticate', plant: step('Authenticate'), ...http },
    { name: 'gateway without ResolveTenant', plant: step('ResolveTenant'), ...http },
    { name: 'gateway that does not look at the chosen tenant', plant: deaf, ...http },
    { name: 'gateway without IpPolicy', plant: step('IpPolicy'), ...http },
    { name: 'gateway without Origin', plant: step('Origin'), ...rows },
    { name: 'gateway without Validate', plant: step('Validate'), ...http },
    { name: 'gateway without SignContext', plant: step('SignContext'), ...http },
    { name: 'gateway without Forward', plant: step('Forward'), ...http },
    { name: 'gateway without CredentialStanding', plant: step('CredentialStanding'), ...http },
    { name: 'gateway without TenantStatus', plant: step('TenantStatus'), ...http, heldBy: 'the services' },
    { name: 'gateway without Permission', plant: step('Permission'), ...http },
    {
      name: 'nobody asks whether a credential stands',
      plant: both(step('CredentialStanding'), blindServices),
      ...http,
    },
    { name: "nobody asks for the tenant's status", plant: both(step('TenantStatus'), blindServices), ...http },
    { name: 'nobody asks for the permission', plant: both(step('Permission'), withoutVerifier('authorize')), ...http },
    { name: 'a gateway that answers 403 for what another tenant has', plant: telling(gateway), ...http },
    {
      name: 'who is known elsewhere is told sooner than who is not',
      plant: hasty,
      ...http,
      only: /^CreateAgent$/,
      by: /^other tenant's id$/,
    },
    { name: 'cursors that are not bound to their tenant', plant: unboundCursors, ...http },
    { name: 'services that do not authorize', plant: withoutVerifier('authorize'), ...bus },
    { name: 'services that do not look at standing', plant: blindServices, ...bus },
    {
      name: 'a policy that shows every API key',
      plant: policyOf('identity.api_key'),
      ...http,
      sections: ['http', 'answers'],
    },
    {
      name: 'product rows without row-level security',
      plant: inSql(
        (ground) => `alter table ${product(ground)} disable row level security`,
        (ground) => `alter table ${product(ground)} enable row level security`,
      ),
      ...rows,
    },
    ...sqlMutants,
  ];
}
