import { serve } from '@tenantry/service';
import { auditService } from './audit.module.js';

await serve(auditService);
