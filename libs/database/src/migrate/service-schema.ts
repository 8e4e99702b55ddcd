/** One service's part of the database. */
export interface ServiceSchema {
  /** Names its schema and roles: `<name>_owner`, `<name>_service`, `<name>_relay`, `<name>_<job>`. */
  readonly name: string;
  /** The folder of `<n>_<name>.sql` files. */
  readonly migrations: URL;
  /** Job roles without the service's prefix; `relay` always exists. */
  readonly jobs: readonly string[];
  /** Of the login `<name>_service`. */
  readonly password: string;
  /**
   * What the schema's owner may do beyond its schema, for the service's SECURITY DEFINER functions: make schemas for
   * tenants, make roles for them.
   */
  readonly ownerMay?: readonly ('create-schemas' | 'create-roles')[];
  /** What it does with the keys of data subjects: only open what they sealed, seal too, or destroy them too. */
  readonly subjectKeys?: 'open' | 'seal' | 'destroy';
}

/** Told before each file is applied, for a progress line. */
export type MigrationProgress = (step: {
  readonly service: string;
  readonly file: string;
  readonly index: number;
  readonly count: number;
}) => void;

/** The roles of a service by what they are for. */
export function rolesOf({ name, jobs }: ServiceSchema): { owner: string; service: string; jobs: string[] } {
  const all = new Set([...jobs, 'relay']);
  return { owner: `${name}_owner`, service: `${name}_service`, jobs: [...all].map((job) => `${name}_${job}`) };
}
