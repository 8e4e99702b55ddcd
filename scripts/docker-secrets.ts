import { writeDeploymentSecrets } from '@tenantry/local';
import { services } from './services.js';

/** `npm run docker:secrets [folder]` writes what docker-compose.yml mounts. */
const folder = process.argv[2] ?? '.tenantry/docker';
await writeDeploymentSecrets(folder, services);
console.log(`wrote the secrets to ${folder}; the first administrator's password is in ${folder}/admin.password`);
