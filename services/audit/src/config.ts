import { settings } from '@tenantry/service';
import { z } from 'zod';

/** What the audit service alone is told by its environment. */
export class AuditSettings extends settings({
  AUDIT_KEY_FILE: z
    .string()
    .describe('File with the Ed25519 key that signs checkpoints of the audit log (PKCS 8, PEM)'),
}) {}
