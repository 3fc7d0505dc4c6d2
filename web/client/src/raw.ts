export { ask, askJson } from './api/problem.js';
export type { ServerOptions } from './api/server.js';
