import type { ExecutionState } from '@sightglass/client';
import { percent } from '../../shared/format.js';
import { lookOf } from '../../shared/status.js';

/** The title of the document: the state comes first, since a tab shows little more. */
export function titleOf(state: ExecutionState): string {
  const { progress, status } = state;
  const done = progress.completed + progress.skipped + progress.failed;
  const share = status === 'running' && progress.total > 0 ? ` ${percent(done / progress.total)}` : '';
  return `${lookOf(status).icon}${share} ${state.pipelineName}`;
}

// The colours of the states, which look the same on the tabs of either theme.
const colours = { queued: '#a0aec0', running: '#3182ce', success: '#38a169', failed: '#e53e3e', waiting: '#d69e2e', blocked: '#805ad5', cancelled: '#718096' };

const marks = {
  queued: '', running: '<path d="M13 10l9 6-9 6z" fill="#fff"/>', success: '<path d="M10 16.5l4 4 8-9" stroke="#fff" stroke-width="3" fill="none"/>',
  failed: '<path d="M11 11l10 10M21 11l-10 10" stroke="#fff" stroke-width="3"/>', waiting: '<path d="M13 10v12M19 10v12" stroke="#fff" stroke-width="3"/>',
  blocked: '<path d="M16 9l7 7-7 7-7-7z" fill="#fff"/>', cancelled: '<path d="M10 22L22 10" stroke="#fff" stroke-width="3"/>',
};

/** The icon of the document for a state, as the address of a picture. */
export function faviconOf(status: string): string {
  const { tone } = lookOf(status);
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${colours[tone]}"/>${marks[tone]}</svg>`)}`;
}
