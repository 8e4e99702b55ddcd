import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { list, settings } from '@tenantry/service';

const network = z
  .string()
  .refine(
    (text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text),
    'must be addresses or networks such as 10.1.0.0/16',
  );
const rate = z.coerce.number().int().min(1).max(10_000_000);
const durationMs = z.coerce.number().int().min(1).max(600_000);

/** What only the gateway is told by its environment. */
export class GatewaySettings extends settings({
  ACCESS_JWKS_FILE: z.string().describe('File with the public keys that access tokens are signed with (JWKS)'),
  BASE_DOMAIN: z
    .hostname()
    .default('localhost')
    .describe('Domain below which every tenant has a host name: <slug>.<domain>'),
  TRUSTED_PROXIES: list
    .pipe(z.array(network))
    .describe('Proxies whose X-Forwarded-For and X-Forwarded-Host are believed'),
  ADDRESS_RATE_PER_S: rate.default(500).describe('Requests a second from one network address, on average'),
  ADDRESS_BURST: rate.default(5_000).describe('Requests from one network address at once'),
  SIGN_IN_RATE_PER_S: rate
    .default(10)
    .describe('Sign-ins, refreshes and the like a second from one network address, on average'),
  SIGN_IN_BURST: rate.default(200).describe('Sign-ins, refreshes and the like from one network address at once'),
  TENANT_RATE_PER_S: rate
    .default(100)
    .describe('Requests a second of the platform itself and of a tenant whose policy is not known yet, on average'),
  TENANT_BURST: rate
    .default(1_000)
    .describe('Requests of the platform itself and of a tenant whose policy is not known yet at once'),
  TENANT_REQUESTS_AT_ONCE: rate
    .default(8)
    .describe('Requests of one tenant that this gateway has answered at the same time; some more wait for their turn'),
  TENANT_IMPORTS_AT_ONCE: rate.default(1).describe('Imports of one tenant at the same time, here alike'),
  TENANT_EXPORTS_AT_ONCE: rate.default(4).describe('Exports of one tenant at the same time, here alike'),
  TENANT_MODEL_CALLS_AT_ONCE: rate
    .default(64)
    .describe('Calls of one tenant to models that wait for their answer to begin at the same time, here alike'),
  REQUEST_TIMEOUT_MS: durationMs.default(15_000).describe('How long an answer may take'),
  STREAM_TIMEOUT_MS: durationMs.default(600_000).describe('How long an import or export may take'),
}) {}
