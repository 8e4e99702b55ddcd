import { isObject } from '../completions/invalid.js';
import { subschemas, SchemaProblem, type JsonSchema } from '../schemas/json-schema.js';

type Node = Readonly<Record<string, unknown>>;

/** A body's schema without its fields that stand for the tenant, and their names. */
export interface WithoutTenant {
  readonly schema: JsonSchema;
  readonly tenantFields: readonly string[];
}

/**
 * Takes the fields that stand for the tenant out of a body's schema. They can be set for a model only where it is clear that they are:
 * right in the body.
 * @throws SchemaProblem when one is deeper
 */
export function withoutTenant(schema: JsonSchema, place: string, isTenant: (name: string) => boolean): WithoutTenant {
  if (typeof schema === 'boolean') return { schema, tenantFields: [] };
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const tenantFields = Object.keys(properties).filter(isTenant);
  const shown = Object.entries(properties).filter(([name]) => !isTenant(name));
  for (const [name, inner] of shown) refuseTenant(inner, `${place}.properties.${name}`, isTenant);
  for (const [name, inner] of subschemas({ ...schema, properties: undefined }, place))
    refuseTenant(inner, `${place}.${name}`, isTenant);
  if (tenantFields.length === 0) return { schema, tenantFields };
  const required = ((schema.required ?? []) as readonly string[]).filter((name) => !isTenant(name));
  return { schema: { ...schema, properties: Object.fromEntries(shown), required }, tenantFields };
}

function refuseTenant(schema: unknown, place: string, isTenant: (name: string) => boolean): void {
  if (!isObject(schema)) return;
  const name = Object.keys((schema.properties ?? {}) as Node).find(isTenant);
  if (name !== undefined)
    throw new SchemaProblem(
      `${place}.properties.${name}`,
      'names the tenant within a part of the body, where it can’t be set; leave this operation out',
    );
  for (const [at, inner] of subschemas(schema, place)) refuseTenant(inner, `${place}.${at}`, isTenant);
}
