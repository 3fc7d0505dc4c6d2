export { createClient } from './client.js';
export type { AnswerOf, ArgumentsOf, Client, PathOf, Send } from './client.js';
export { FLAGS, loadFlags } from './flags.js';
export type { Flags } from './flags.js';
export { ApiError } from './problem.js';
export type { Problem } from './problem.js';
export type { ServerOptions } from './server.js';
