export * from './api/index.js';
export * from './fold/index.js';
export * from './streaming/index.js';
/** The server's OpenAPI document as types. */
export type { components, operations, paths } from './generated/openapi.js';
