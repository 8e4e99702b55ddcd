import { settings } from '@tenantry/service';
import { z } from 'zod';

/** What the agents service is told by its environment. */
export class AgentsSettings extends settings({
  LOCAL_MODEL_URL: z
    .url()
    .optional()
    .describe('Base URL of the stand-in for a model, on loopback; absent: there is none'),
}) {}
