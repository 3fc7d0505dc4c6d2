import type { Span } from './axis.js';

/** A part of a stage's bar: waiting for its turn, waiting for something else, running, or being taken back. */
export interface Bar extends Span {
  readonly kind: 'queue' | 'wait' | 'run' | 'undo';
  readonly status: string;
  /** What is waited for: `retry`, `approval`, `event`, `timer`. */
  readonly for?: string;
  /** Number of the attempt, where there are several. */
  readonly attempt?: number;
  /** Whether its worker was lost: it ended when that was found, at the latest. */
  readonly isLost?: boolean;
}
