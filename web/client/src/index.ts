export * from './fold/index.js';
