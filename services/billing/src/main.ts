import { serve } from '@tenantry/service';
import { billingService } from './billing.module.js';

await serve(billingService);
