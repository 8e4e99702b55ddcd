import { settings } from '@tenantry/service';
import { z } from 'zod';

/** What the registry is told by its environment. */
export class TenantsSettings extends settings({
  REGION: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/)
    .default('local')
    .describe('Region of tenants that do not name one'),
  STAFF_SET_PASSWORDS: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .describe('Whether platform staff may choose the first password of a tenant’s owner: true or false'),
  PROVISIONING_WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(30_000)
    .default(10_000)
    .describe('How long the creation of a tenant waits for it to open before it answers 202'),
}) {}
