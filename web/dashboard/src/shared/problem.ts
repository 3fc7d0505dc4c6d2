import { ApiError } from '@sightglass/client';
import type { Problem } from '@sightglass/client';

/** What is said of something that failed: what it was, and what one can do. */
export interface Failure {
  text: string;
  advice: string;
  code: string;
  problems: readonly Problem[];
}

const advice: Record<string, string> = {
  unreachable: 'Check that the server runs and that this machine reaches it.',
  bad_answer: 'Something between this page and the server answers in its place; a proxy, for instance.',
  401: 'Sign in again.',
  403: 'Ask an admin for the role that this needs.',
  404: 'It may have been deleted, or you may not see it.',
  429: 'The server has many requests at the moment. Try again in a few seconds.',
};

/** Puts an error into words. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    const byStatus = error.status >= 500 ? 'The server has a problem; its log says more. Try again.' : '';
    return { text: error.message, advice: advice[error.code] ?? advice[error.status] ?? byStatus, code: error.code, problems: error.problems };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { text, advice: 'Reload the page. If it happens again, it is a fault of the dashboard.', code: 'page_error', problems: [] };
}
