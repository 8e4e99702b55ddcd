export { start, type StartOptions } from './run/start.js';
export { prepareDeployment, writeDeploymentSecrets } from './run/deployment.js';
export { operate } from './operate/operate.js';
export { openInstance, type OpenInstance } from './operate/open-instance.js';
export { PlainError } from './plain-error.js';
export { startInstance, type InstanceOptions } from './run/start-instance.js';
export { LocalSettings } from './run/local-settings.js';
export { Progress } from './run/progress.js';
export { natsUsers, rememberSecrets } from './run/instance.js';
