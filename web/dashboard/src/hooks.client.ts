import type { HandleClientError } from '@sveltejs/kit';

/** What broke is told by the page, and to the browser's console; that an address leads nowhere is no fault. */
export const handleError: HandleClientError = ({ error, status, message }) => {
  if (status !== 404) reportError(error);
  return { message: status === 404 ? message : error instanceof Error ? error.message : String(error) };
};
