import { operate } from '@tenantry/local';
import { verifyCommand } from '@tenantry/verify';
import { services } from './services.js';

const argv = process.argv.slice(2);
await (argv[0] === 'verify'
  ? verifyCommand(services, argv.slice(1), process.env)
  : operate(services, argv, process.env));
