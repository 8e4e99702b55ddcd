import type { Arguments } from './tool.js';

const NAMES_TENANT = /^(tenant|tenant_?id|company_?id)$/i;
/** Deeper than this nothing is looked at, and so nothing is let through. */
const MAX_DEPTH = 32;

/** Whether an argument of this name stands for a tenant: none is shown to a model, and none is taken from one. */
export function namesTenant(name: string, besides: readonly string[] = []): boolean {
  return NAMES_TENANT.test(name) || besides.includes(name);
}

/** The first argument, at any depth, that names a tenant, as a path; undefined when none does. `besides` stand for a tenant, too. */
export function findTenantArgument(given: Arguments, besides: readonly string[] = []): string | undefined {
  return search(given, '', 0, (name) => namesTenant(name, besides));
}

function search(value: unknown, path: string, depth: number, isTenant: (name: string) => boolean): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return path;
  for (const [name, inner] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    const found =
      !Array.isArray(value) && isTenant(name)
        ? here
        : (search(inner, here, depth + 1, isTenant) ?? columnNamed(name, inner, here));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A filter or an order names its column by a value. */
function columnNamed(name: string, value: unknown, path: string): string | undefined {
  return name === 'column' && typeof value === 'string' && namesTenant(value) ? path : undefined;
}
