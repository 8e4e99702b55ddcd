import { FirstAdminSettings, natsServers, port, settings } from '@tenantry/service';
import { z } from 'zod';

/** What the person who starts Tenantry on one machine may set. */
export class LocalSettings extends settings({
  PORT: port.default(8080).describe('Port of the gateway on this machine'),
  PAGES_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where browsers reach the gateway; links in mails begin with it; none: http://127.0.0.1:<PORT>'),
  TENANTRY_STATE_DIR: z.string().default('.tenantry').describe('Where this instance keeps everything it makes'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('A Postgres 16 or newer to use, with a login that may create roles; none: one is started'),
  SUBJECT_KEYS_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('Database for the keys of data subjects, e.g. of another server; none: <name>_keys beside DATABASE_URL'),
  NATS_URL: natsServers
    .optional()
    .describe('A NATS server with JetStream to use, or those of a cluster, separated by commas; none: one is started'),
  NATS_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('Servers of the cluster that keep each message: 1 for a single server, 3 for a cluster'),
  LOCAL_MODEL_URL: z.url().optional().describe('A stand-in for a model to use, on loopback; none: one is started'),
  ...FirstAdminSettings.shape,
  TENANTRY_ADMIN_EMAIL: z
    .email()
    .default('admin@example.com')
    .describe('E-mail address of the platform’s first administrator'),
}) {}
