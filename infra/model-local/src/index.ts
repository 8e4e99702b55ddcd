export { startModelLocal, type ModelLocal } from './server.js';
