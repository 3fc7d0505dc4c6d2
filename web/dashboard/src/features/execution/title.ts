import type { ExecutionState } from '@sightglass/client';
import { percent } from '../../shared/format.js';
import { lookOf } from '../../shared/status.js';
import { progressOf } from './progress.js';

/** The title of the document: the state comes first, since a tab shows little more. */
export function titleOf(state: ExecutionState): string {
  const share = state.status === 'running' ? progressOf(state).share : null;
  return `${lookOf(state.status).icon}${share === null ? '' : ` ${percent(share)}`} ${state.pipelineName}`;
}
