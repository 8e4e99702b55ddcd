import { prepareDeployment } from '@tenantry/local';
import { services } from './services.js';

/** `prepare.js [secrets folder]` migrates the database and creates what NATS needs; the first container to run. */
try {
  await prepareDeployment(process.argv[2] ?? '/run/secrets', services, process.env);
} catch (error) {
  console.error(`tenantry: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
