import { grantAgentToken, type Operation } from '@tenantry/contracts';

/** A client of the token endpoint: an agent, and the API key with which its tokens are issued. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string;
}

const BASIC = /^Basic +([A-Za-z0-9+/]{1,8192}={0,2})$/i;

/** Where HTTP Basic is understood: at the token endpoint alone. */
export function takesBasic(operation: Operation): boolean {
  return operation.name === grantAgentToken.name;
}

/** What HTTP Basic says, each part form-encoded (client_secret_basic: RFC 6749, section 2.3.1); null for anything else. */
export function readBasic(authorization: string | undefined): ClientCredentials | null {
  const encoded = BASIC.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map(decoded);
  return clientId === undefined || secret === undefined || secret === '' ? null : { clientId, secret };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return undefined; // what is not form-encoded is nobody's
  }
}
