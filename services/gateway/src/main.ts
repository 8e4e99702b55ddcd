import { serve } from '@tenantry/service';
import { gatewayService } from './gateway.module.js';

await serve(gatewayService);
