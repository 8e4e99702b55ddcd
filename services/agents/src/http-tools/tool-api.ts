import type { ToolApiDefinition, ToolCredential } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { HttpTool } from './http-tool.js';
import { importTools } from './openapi.js';

export type CredentialKind = 'none' | 'bearer' | 'header';

/** An API whose operations are tools. */
export interface ToolApi {
  readonly name: string;
  /** Normalised, without a slash at its end. */
  readonly baseUrl: string;
  readonly credential: CredentialKind;
  /** For `header`: which one. */
  readonly credentialHeader: string | null;
  /** Sealed; null for `none`. */
  readonly secret: string | null;
  readonly tenantParameters: readonly string[];
  readonly timeoutMs: number;
  readonly tools: readonly HttpTool[];
  readonly updatedBy: string;
  readonly updatedAt: Date;
}

/** An API as it was asked for, before its secret is sealed. */
export type WishedApi = Omit<ToolApi, 'secret' | 'updatedBy' | 'updatedAt'>;

const DEFAULT_TIMEOUT_MS = 10_000;
/** Plain text on a wire that others can read would show the credential to them. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Reads what an API is and how it is reached.
 * @throws Fault `invalid-input` naming the field, or each place in the document
 */
export function readApi(name: string, api: ToolApiDefinition): WishedApi {
  const { document, operations, tenantParameters, credential } = api;
  const baseUrl = readBaseUrl(api.baseUrl);
  const credentialHeader = readHeader(credential);
  const tools = importTools({ api: name, document, operations, tenantParameters });
  const kind = credential.kind as CredentialKind;
  return {
    name,
    baseUrl,
    credential: kind,
    credentialHeader,
    tenantParameters,
    timeoutMs: api.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    tools,
  };
}

function readBaseUrl(given: string): string {
  const url = new URL(given);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname)))
    throw invalid('api.baseUrl', 'must begin with https://; plain http is for loopback alone');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid('api.baseUrl', 'must have no user, no query and no fragment; the credential is a field of its own');
  return url.href.replace(/\/$/, '');
}

function readHeader({ kind, header, secret }: ToolCredential): string | null {
  if (kind === 'none' && secret != null) throw invalid('api.credential.secret', 'must be left out for the kind none');
  if (secret != null && !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(secret))
    throw invalid('api.credential.secret', 'must be printable ASCII, without spaces around it');
  if ((kind === 'header') !== (header != null))
    throw invalid('api.credential.header', 'is for the kind header, which needs it');
  if (header != null && /^(host|connection|content-.*|transfer-encoding|tenantry-.*)$/i.test(header))
    throw invalid('api.credential.header', 'is not a header that shows who calls');
  return header?.toLowerCase() ?? null;
}

/** The host of an API, with its port where that is not the usual one: what lists of hosts name. */
export function hostOf({ baseUrl }: Pick<ToolApi, 'baseUrl'>): string {
  return new URL(baseUrl).host;
}

/** @throws Fault `invalid-input` for an API whose host is not on the tenant's list */
export function assertHostAllowed(api: Pick<ToolApi, 'baseUrl'>, hosts: readonly string[]): void {
  const host = hostOf(api);
  if (!hosts.includes(host))
    throw invalid(
      'api.baseUrl',
      `has the host ${host}, which is not on the list of hosts that tools may reach; add it first`,
    );
}

/** Host names as URLs spell them. @throws Fault `invalid-input` naming the one that is none */
export function readHosts(hosts: readonly string[]): string[] {
  const read = hosts.map((given, index) => {
    const url = URL.parse(`https://${given}/`);
    if (!url || /[/@?#\\\s]/.test(given) || url.host === '')
      throw invalid(`hosts[${index}]`, 'must be a host name, with a port where it is not 443');
    return url.host;
  });
  return [...new Set(read)];
}

/**
 * Whether the secret of an API may stay for what it is replaced by. It must not be sent to another host, or as something else, by
 * somebody who could not read it.
 */
export function maySecretStay(before: ToolApi, after: WishedApi): boolean {
  return (
    before.credential === after.credential &&
    before.credentialHeader === after.credentialHeader &&
    new URL(before.baseUrl).origin === new URL(after.baseUrl).origin
  );
}

function invalid(field: string, what: string): Fault {
  return new Fault('invalid-input', { field, detail: `${field} ${what}` });
}
