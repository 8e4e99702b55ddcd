import { serve } from '@tenantry/service';
import { complianceService } from './compliance.module.js';

await serve(complianceService);
