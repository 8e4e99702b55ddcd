export * from './gen/index.js';
export * from './message.js';
export * from './operation.js';
export * from './parse.js';
export * from './print.js';
export * from './query.js';
export * from './roles.js';
export * from './strict-json.js';
