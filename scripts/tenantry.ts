import { operate } from '@tenantry/local';
import { services } from './services.js';

await operate(services, process.argv.slice(2), process.env);
