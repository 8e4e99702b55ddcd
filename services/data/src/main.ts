import { serve } from '@tenantry/service';
import { dataService } from './data.module.js';

await serve(dataService);
