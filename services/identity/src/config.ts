import { settings } from '@tenantry/service';
import { z } from 'zod';

/** What identity alone is told by its environment. */
export class IdentitySettings extends settings({
  ACCESS_KEY_FILE: z.string().describe('File with the Ed25519 key that signs access tokens (PKCS 8, PEM)'),
  ACCEPT_URL: z.url().optional().describe('Page of your product where a one-time link leads; gets the token after #'),
}) {}
