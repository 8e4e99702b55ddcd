import { settings } from '@tenantry/service';
import { z } from 'zod';

/** What compliance is told by its environment. */
export class ComplianceSettings extends settings({
  PAGES_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where browsers reach the gateway, e.g. https://api.example.com: links in mails begin with it'),
  BACKUPS_EXPIRE: z
    .string()
    .min(1)
    .max(200)
    .default('not stated by the operator')
    .describe(
      'When backups that hold an erased person are gone, as erasure certificates say it, e.g. "35 days after the erasure"',
    ),
  KEY_BACKUPS_EXPIRE: z
    .string()
    .min(1)
    .max(200)
    .default('not stated by the operator')
    .describe('The same of backups of the database of the data subjects’ keys, e.g. "7 days after the erasure"'),
}) {}
