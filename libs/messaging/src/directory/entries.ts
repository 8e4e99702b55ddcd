/** What every directory entry has: an older version never overwrites a newer one. */
export interface DirectoryEntry {
  readonly version: number;
}

/** `tenants.<tenantId>` */
export interface TenantEntry extends DirectoryEntry {
  readonly slug: string;
  readonly name: string;
  readonly status: 'provisioning' | 'active' | 'suspended' | 'deactivated' | 'failed';
  readonly mode: 'pool' | 'schema' | 'database';
  readonly cell: string;
  readonly region: string | null;
  readonly timeZone: string;
  readonly organizationId: string | null;
  readonly sandboxOf: string | null;
  /** Why it is suspended. */
  readonly reason: string | null;
  readonly hosts: readonly string[];
}

/** `members.<userId>` */
export interface MemberEntry extends DirectoryEntry {
  readonly status: 'active' | 'disabled';
  readonly platformRole: string | null;
  readonly memberships: readonly { readonly tenantId: string; readonly role: string }[];
}

/** `keys.<SHA-256 of the key, hex>` */
export interface KeyEntry extends DirectoryEntry {
  readonly tenantId: string;
  readonly keyId: string;
  readonly kind: 'secret' | 'public';
  readonly grants: readonly string[];
  readonly status: string;
  /** RFC 3339. */
  readonly expiresAt: string | null;
  readonly allowedIps: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Until when a rotated key is still accepted, RFC 3339. */
  readonly overlapUntil: string | null;
}

/** `grants.<grantId>`: what a tenant lets the platform's staff do; revoked ones are taken out. */
export interface GrantEntry extends DirectoryEntry {
  readonly tenantId: string;
  /** Null for all. */
  readonly tables: readonly string[] | null;
  readonly access: 'read' | 'write';
  /** RFC 3339. */
  readonly expiresAt: string;
  /** The only one of the staff who may use it; null for all who may use grants. */
  readonly staffId: string | null;
}

/** `revocations.<credentialId>`: lives until every token of the credential has expired. */
export interface RevocationEntry extends DirectoryEntry {
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** `policies.<tenantId>` */
export interface PolicyEntry extends DirectoryEntry {
  readonly allowedIps: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly ratePerS: number | null;
  readonly burst: number | null;
  /** How long a session lasts at most; absent or null for as long as any. */
  readonly maxSessionHours?: number | null;
  /** Who may export rows and the audit log: roles, `keys`, `agents`; absent or empty for whoever may read them. */
  readonly exportRoles?: readonly string[];
  /** How long members' passwords are at least; absent or null for as long as everybody's. */
  readonly passwordMinLength?: number | null;
  /** How many of their last passwords are not taken again; absent or null for none. */
  readonly passwordHistory?: number | null;
  /** How many days their passwords are good for; absent or null for ever. */
  readonly passwordMaxAgeDays?: number | null;
}

/** What may be used: a boolean feature is on or off, a static one has a value, a metered one a limit a calendar month. */
export type Entitlement =
  | { readonly kind: 'boolean'; readonly enabled: boolean }
  | { readonly kind: 'static'; readonly value: string | number | boolean }
  | { readonly kind: 'metered'; readonly limit: number };

/** `entitlements.<tenantId>`: see `entitlements.ts`, which says what counts now. */
export interface EntitlementsEntry extends DirectoryEntry {
  /** What the tenant's plan includes, by feature. */
  readonly plan: Readonly<Record<string, Entitlement>>;
  /** From when on the plan includes nothing: RFC 3339; null or absent when nobody cancelled it. */
  readonly planEndsAt?: string | null;
  /** Whether the plan includes nothing because the tenant does not pay; absent is no. */
  readonly isWithheld?: boolean;
  /** What counts instead, by feature; `expiresAt` is RFC 3339, null for never. */
  readonly overrides: Readonly<Record<string, Entitlement & { readonly expiresAt: string | null }>>;
}

/** `agents.<agentId>`: whether an agent may act, and the most that it may do. */
export interface AgentEntry extends DirectoryEntry {
  readonly tenantId: string;
  readonly status: 'active' | 'paused' | 'archived';
  /** The number of the configuration in force; null when none is. */
  readonly publishedVersion: number | null;
  /** What the configuration in force permits, in the sense of `permits`. */
  readonly grants: readonly string[];
  readonly tools: readonly { readonly name: string; readonly needsApproval: boolean }[];
  /** The rows that it may reach, by table; no columns: all of the classes below. */
  readonly data: readonly {
    readonly table: string;
    readonly actions: readonly string[];
    readonly columns: readonly string[];
  }[];
  /** The classes of columns that it may see and write. */
  readonly dataClasses: readonly string[];
  /** The models that it may ask. */
  readonly models: readonly string[];
  /** Where it may act; empty for everywhere. */
  readonly locationIds: readonly string[];
}

/** `agent_tokens.<SHA-256 of the token, hex>`: lives until the token has expired. */
export interface AgentTokenEntry extends DirectoryEntry {
  readonly tenantId: string;
  readonly agentId: string;
  readonly tokenId: string;
  /** What it may be shown to: `api`, `mcp`, `completions`. */
  readonly audiences: readonly string[];
  readonly grants: readonly string[];
  readonly locationId: string | null;
  /** The member on whose behalf it acts; null for the agent itself. */
  readonly onBehalfOf: string | null;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/**
 * `agent_stops.<id>`: whether agents are stopped: one agent under its own id, all of a tenant under the tenant's, all there are
 * under the platform's.
 */
export interface AgentStopEntry extends DirectoryEntry {
  readonly stopped: boolean;
  readonly reason: string | null;
}

/** `agreements.<tenantId>`: the business associate agreements that are in force or will be; see `agreements.ts`. */
export interface AgreementsEntry extends DirectoryEntry {
  readonly agreements: readonly {
    readonly party: 'platform' | 'subcontractor';
    /** Providers of models to which health information may go, and other names. */
    readonly covers: readonly string[];
    /** RFC 3339. */
    readonly effectiveAt: string;
    /** RFC 3339; null for no end. */
    readonly endsAt: string | null;
  }[];
}
