export * from './overview/index.js';
