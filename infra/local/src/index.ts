export { start, type StartOptions } from './run/start.js';
export { prepareDeployment, writeDeploymentSecrets } from './run/deployment.js';
export { operate } from './operate/operate.js';
