/** Who acts. `anonymous` is the caller of a public operation. */
export interface Actor {
  readonly kind: 'user' | 'key' | 'service' | 'agent' | 'anonymous';
  readonly id: string;
  /** The role by which a user or key acts in this tenant, e.g. `owner`; platform staff have a platform role. */
  readonly role: string | null;
}

/** Why the tenant's data is touched; all but `request` may write while the tenant is suspended. */
export type Purpose = 'request' | 'reaction' | 'compliance' | 'offboarding';

/** What a tenant lets somebody of the platform do with its rows, for a while. Its id is the context's `grantId`. */
export interface SupportGrant {
  /** The tables that it covers; null for all. */
  readonly tables: readonly string[] | null;
  readonly access: 'read' | 'write';
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** Facts of one request that are not part of the proof: logged and audited, never a reason to allow anything. */
export interface RequestFacts {
  readonly id: string;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  readonly deadlineAtMs: number;
  /** W3C trace context of the caller. */
  readonly traceparent: string | null;
}

/** What runs: named in the events it publishes and so in the audit log. */
export interface Origin {
  /** The operation, e.g. `AddLocation`, or the reaction's consumer, e.g. `billing.usage`. */
  readonly operation: string;
  /** The operation's audit action; null when each event's own action says it. */
  readonly action: string | null;
}

/** How an idempotent operation's answer is claimed and kept; set by the transport, used by the transaction. */
export interface IdempotencyClaim {
  readonly key: string;
  readonly operation: string;
  /** SHA-256 of the canonical request body. */
  readonly bodyHash: Uint8Array;
  /** Prints the operation's answer as it goes over the wire. */
  readonly print: (answer: unknown) => string;
}

/**
 * Who asks, for which tenant and why: verified by the signature of the message that carried it. Every handler gets it
 * as its last argument and hands it to a door of the database.
 */
export interface TenantContext {
  /** The platform's own operations carry PLATFORM_TENANT_ID. */
  readonly tenantId: string;
  /** The cell whose database holds the tenant's rows. */
  readonly cell: string;
  readonly mode: 'pool' | 'schema' | 'database';
  readonly organizationId: string | null;
  readonly locationId: string | null;
  readonly actor: Actor;
  readonly onBehalfOf: string | null;
  readonly agentId: string | null;
  readonly grantId: string | null;
  /** By what the actor, who is not one of the tenant's, may touch its rows; absent for its own people and keys. */
  readonly grant?: SupportGrant | null;
  readonly purpose: Purpose;
  /** Grants in the sense of `permits`. */
  readonly permissions: readonly string[];
  /** The session or key that proved it; what a revocation names. */
  readonly credentialId: string | null;
  /** Whether the operation stays open while the tenant is suspended. */
  readonly whenSuspended: boolean;
  readonly request: RequestFacts;
  /** Absent in contexts that were not made for one operation. */
  readonly origin?: Origin | null;
  readonly idempotency: IdempotencyClaim | null;
  /** Aborted when the caller goes away, the deadline passes or the tenant is suspended. */
  readonly signal: AbortSignal | null;
}
