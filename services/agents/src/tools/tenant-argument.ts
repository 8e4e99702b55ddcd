import type { Arguments } from './tool.js';

const NAMES_TENANT = /^(tenant|tenant_?id|company_?id)$/i;
/** Deeper than this nothing is looked at, and so nothing is let through. */
const MAX_DEPTH = 32;

/** Whether an argument of this name stands for a tenant: none is shown to a model, and none is taken from one. */
export function namesTenant(name: string): boolean {
  return NAMES_TENANT.test(name);
}

/** The first argument, at any depth, that names a tenant, as a path; undefined when none does. */
export function findTenantArgument(given: Arguments): string | undefined {
  return search(given, '', 0);
}

function search(value: unknown, path: string, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return path;
  for (const [name, inner] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    const found =
      !Array.isArray(value) && namesTenant(name)
        ? here
        : (search(inner, here, depth + 1) ?? columnNamed(name, inner, here));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A filter or an order names its column by a value. */
function columnNamed(name: string, value: unknown, path: string): string | undefined {
  return name === 'column' && typeof value === 'string' && namesTenant(value) ? path : undefined;
}
