export * from './bus.js';
export * from './context.js';
export { eventually } from './eventually.js';
export * from './issuers.js';
export * from './nats.js';
export * from './postgres.js';
export * from './canaries.js';
export * from './matchers.js';
export * from './tenants-on-real-postgres.js';
