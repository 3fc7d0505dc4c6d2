import type { ApiError } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import type { components } from '../generated/openapi.js';
import type { FollowMode } from '../streaming/following.js';

/** An execution as lists show it. */
export type ListedExecution = components['schemas']['ExecutionListItem'];

/** How an execution stands since something of it changed: a row as a list has it, and how far its log is. */
export type OverviewChange = components['schemas']['OverviewChange'];

/** An execution that was deleted. */
export type OverviewDeletion = components['schemas']['OverviewDeletion'];

/** How changes come: as of an execution that is followed, but that an overview never ends. */
export type OverviewMode = Exclude<FollowMode, 'ended'>;

/** What there is to say of a mode. */
export interface OverviewModeDetail {
  /** Why it is retrying, polling or failed. */
  error?: ApiError;
  /** In how many milliseconds the next try comes. */
  retryIn?: number;
}

/** Whom to tell. */
export interface OverviewOptions extends ServerOptions {
  /** Ends following, like `close`. */
  signal?: AbortSignal;
  /**
   * Takes all executions under way, newest first, and replaces what was told before: at first, whenever something may have
   * been missed, and every 2 seconds while polling. `next` is there where more than a thousand are under way.
   */
  onState(state: { executions: ListedExecution[]; next?: string }): void;
  /** Takes the newest row of an execution; the last one tells that it has ended. */
  onChange(change: OverviewChange): void;
  /** Takes an execution that is no more. */
  onDelete?(deletion: OverviewDeletion): void;
  /**
   * Asked when the page goes out of sight: whether `onState` is to come every 5 seconds until it is seen again. Without it
   * nothing is asked for meanwhile.
   */
  isWantedUnseen?(): boolean;
  /** Told whenever changes come in another way than before, and of each loss. */
  onMode?(mode: OverviewMode, detail: OverviewModeDetail): void;
}

/** The overview that is followed. */
export interface FollowingOverview {
  /** How changes come now. */
  readonly mode: OverviewMode;
  /** Stops until `resume`. */
  pause(): void;
  /** Goes on; what came meanwhile is told, or the state anew. */
  resume(): void;
  /** Connects anew at once. */
  reconnect(): void;
  /** Ends it for good. */
  close(): void;
}
