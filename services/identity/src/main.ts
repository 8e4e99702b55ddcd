import { serve } from '@tenantry/service';
import { identityService } from './identity.module.js';

await serve(identityService);
