export { endsRun } from './run.js';
export type { PlaybookRunView, RunEvent, RunEventType, RunState, StepRunView } from './run.js';
export { streamRun } from './stream.js';
export type { RunListener, RunStreamOptions } from './stream.js';
