import { lookOf } from '../../shared/status.js';

const marks = {
  queued: '', running: 'M13 10l9 6-9 6z', success: 'M10 16.5l4 4 8-9', failed: 'M11 11l10 10M21 11l-10 10', waiting: 'M13 10v12M19 10v12', blocked: 'M16 9l7 7-7 7-7-7z', cancelled: 'M10 22L22 10',
};

/** The icon of the document for a state, as the address of a picture, drawn in tokens of app.css. */
export function faviconOf(status: string, colourOf: (token: string) => string): string {
  const { tone } = lookOf(status);
  const ink = colourOf(`--${tone}-on`);
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${colourOf(`--${tone}`)}"/><path d="${marks[tone]}" stroke="${ink}" stroke-width="3" fill="${tone === 'success' ? 'none' : ink}"/></svg>`)}`;
}
