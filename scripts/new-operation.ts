/**
 * Writes the stubs of a new operation, so that the pleasant way is the right way:
 *
 *   npm run new-operation -- tenants locations AddLocation
 *
 * It appends the rpc and its messages to the feature's proto file, and writes the handler and its spec. What it can't know
 * is marked with FILL and fails the type-check or the spec until it is filled in.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const [service = '', feature = '', rpc = ''] = process.argv.slice(2);

/** `AddLocation` → `add-location`. */
const kebab = (name: string): string => name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
const camel = (name: string): string => name[0]!.toLowerCase() + name.slice(1);

function refuse(message: string): never {
  console.error(`new-operation: ${message}`);
  process.exit(1);
}

const stubs = {
  rpc: (name: string): string => `
  // FILL: what it does, in one sentence.
  rpc ${name}(${name}Request) returns (${name}Reply) {
    option (tenantry.options.v1.operation) = {
      post: "/v1/FILL"
      permission: "FILL.write"
      scope: SCOPE_TENANT
      idempotent: true
      audit: "FILL.done"
    };
  }

// FILL: what it needs.
message ${name}Request {}

// FILL: what it gives.
message ${name}Reply {}
`,
  handler: (name: string): string => `import { Controller } from '@nestjs/common';
import { ${camel(name)}, type ${name}Reply, type ${name}Request } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';

/** FILL: what it does, and why it is done this way. */
@Controller()
export class ${name} {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(${camel(name)})
  async handle(request: ${name}Request, ctx: TenantContext): Promise<${name}Reply> {
    return this.tenants.transaction(ctx, async (tx) => FILL);
  }
}
`,
  spec: (name: string): string => `describe('${name}', () => {
  it('FILL: a guarantee, with tenants A and B both there', () => {
    expect('FILL').toBe('filled in');
  });
});
`,
};

if (!/^[a-z]+$/.test(service) || !/^[a-z][a-z-]*$/.test(feature) || !/^[A-Z][A-Za-z]+$/.test(rpc)) {
  refuse('usage: npm run new-operation -- <service> <feature> <VerbNoun>, e.g. tenants locations AddLocation');
}
const folder = join(root, 'services', service, 'src', feature);
const proto = join(root, 'proto', 'tenantry', service, 'v1', `${feature.replaceAll('-', '_')}.proto`);
const handler = join(folder, `${kebab(rpc)}.ts`);
if (!existsSync(dirname(dirname(folder)))) refuse(`there is no service ${service}`);
if (existsSync(handler)) refuse(`${handler} exists already`);

mkdirSync(folder, { recursive: true });
appendFileSync(proto, stubs.rpc(rpc));
writeFileSync(handler, stubs.handler(rpc));
writeFileSync(handler.replace(/\.ts$/, '.spec.ts'), stubs.spec(rpc));
console.log(`Wrote ${handler} and its spec, and appended to ${proto}: move the rpc into its service block there.`);
console.log(
  `Next: fill in what says FILL, npm run generate, and name ${rpc} in services/${service}/src/${service}.module.ts.`,
);
