import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { flag, list, natsServers, port, settings } from './settings.js';

const network = z.string().refine((text) => ipaddr.isValidCIDR(text), 'must be a list of networks such as 10.1.0.0/16');
const ratio = z.coerce.number().min(0).max(1);

/** What every service is told by its environment. */
export class ServiceSettings extends settings({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('Postgres, with the login of this service'),
  DATABASE_PASSWORD_FILE: z
    .string()
    .optional()
    .describe('File with the password for DATABASE_URL, so that the URL needs none'),
  SUBJECT_KEYS_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('Database of the keys of data subjects; none: <name>_keys beside DATABASE_URL, with the same login'),
  NATS_URL: natsServers.describe(
    'The NATS server, e.g. nats://127.0.0.1:4222, or those of a cluster, separated by commas',
  ),
  NATS_NKEY_FILE: z.string().optional().describe('File with the nkey seed of this service'),
  NATS_CA_FILE: z.string().optional().describe('CA certificate that the NATS server is checked against'),
  CONTEXT_KEY_FILE: z.string().describe('File with the Ed25519 key that signs this service’s calls (PKCS 8, PEM)'),
  CONTEXT_JWKS_FILE: z.string().describe('File with the public context keys of every service (JWKS)'),
  MASTER_KEY_FILE: z.string().optional().describe('File with the 32-byte master key; mode 0600'),
  MASTER_KEY_OTHER_FILE: z
    .string()
    .optional()
    .describe('While the master key is being changed: file with the one before or the one to come, which only opens'),
  KMS_TRANSIT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Vault whose transit engine wraps the tenants’ keys instead of a master key, e.g. https://vault.internal:8200',
    ),
  KMS_TRANSIT_MOUNT: z
    .string()
    .regex(/^[\w/-]{1,100}$/)
    .default('transit')
    .describe('Where the transit engine is mounted'),
  KMS_TRANSIT_KEY: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .default('tenantry')
    .describe('Name of its key, of the type aes256-gcm96'),
  KMS_TRANSIT_TOKEN_FILE: z
    .string()
    .optional()
    .describe('File with the token for it, read anew for each call; mode 0600'),
  KMS_TRANSIT_OPENS_ONLY: flag.describe(
    'Wraps by the master key, and has Vault only open what it wrapped before: true or false',
  ),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least severe lines to log'),
  LOG_FILE: z.string().optional().describe('File that logs are added to; none: the standard output'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OpenTelemetry collector (OTLP over HTTP); none: nothing is exported'),
  TRACE_RATIO: ratio.default(0.05).describe('Share of requests that are traced, 0 to 1'),
  TRACE_TENANTS: list.describe('Ids of tenants whose every request is traced, separated by commas'),
  DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(10)
    .describe('Most connections to Postgres, besides two for keys'),
  OUTBOUND_NETWORKS: list
    .pipe(z.array(network))
    .describe('Private networks that outbound requests may reach, e.g. 10.1.0.0/16'),
  ALLOW_PLAINTEXT: flag.describe('Allows connections without TLS beyond the loopback interface: true or false'),
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address that the HTTP port listens on'),
  PORT: port.default(8080).describe('HTTP port of the gateway'),
  HEALTH_PORT: port.optional().describe('Port for /healthz and /readyz; none: no such port'),
  HEALTH_HOST: z.string().default('127.0.0.1').describe('Address that the health port listens on'),
  START_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(60_000)
    .describe('How long the service may take to be up; it ends then'),
  SHUTDOWN_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(15_000)
    .describe('How long work in flight may take to finish at shutdown'),
}) {}
