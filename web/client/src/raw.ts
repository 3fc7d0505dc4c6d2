export { ask, askJson, within } from './api/problem.js';
export type { ServerOptions } from './api/server.js';
