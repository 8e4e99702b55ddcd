import { serve } from '@tenantry/service';
import { agentsService } from './agents.module.js';

await serve(agentsService);
