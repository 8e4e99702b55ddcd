export * from './clock.js';
export * from './context.js';
export * from './cursor.js';
export * from './fault.js';
export * from './id.js';
export * from './money.js';
export * from './permission.js';
export * from './reasons.js';
