/** Roles by name. */
export type Roles = Readonly<Record<string, { readonly description: string; readonly grants: readonly string[] }>>;
