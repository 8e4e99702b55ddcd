import { serve } from '@tenantry/service';
import { tenantsService } from './tenants.module.js';

await serve(tenantsService);
