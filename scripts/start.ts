import { fileURLToPath } from 'node:url';
import { start } from '@tenantry/local';
import { services } from './services.js';

const mainOf = (service: string): string =>
  fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));

process.title = 'tenantry';
await start({ services, mainOf, argv: process.argv.slice(2), environment: process.env });
process.exit();
