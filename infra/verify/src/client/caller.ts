/** Somebody who makes requests. */
export interface Caller {
  /** Access token or API key; null for nobody in particular. */
  readonly token: string | null;
  /** The tenants whose data they may be shown. */
  readonly sees: readonly string[] | 'everyone';
  /** The Tenantry-Tenant header. */
  readonly tenant?: string;
  /** The host name to say instead of the address. */
  readonly host?: string;
  /** The browser origin to say. */
  readonly origin?: string;
}

/** A caller without a credential. */
export const nobody: Caller = { token: null, sees: [] };

/** A true access token whose tenant was changed after it was signed. */
export function editedToken(token: string, tenantId: string): string {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<string, unknown>;
  const edited = Buffer.from(JSON.stringify({ ...claims, ten: tenantId })).toString('base64url');
  return [header, edited, signature].join('.');
}
