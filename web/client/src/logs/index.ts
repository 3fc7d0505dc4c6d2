export { subscribeLogs } from './feed.js';
export type { LogSnapshot, LogSubscription } from './feed.js';
export { mergeLogs, messageOf } from './log.js';
export type { ConnectionStatus, ExecutionLog } from './log.js';
