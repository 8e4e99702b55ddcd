// For suites below the bus: the database and contexts, and nothing that loads messaging.
export * from './context.js';
export { eventually } from './eventually.js';
export * from './postgres.js';
