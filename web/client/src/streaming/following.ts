import type { ApiError } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import type { ExecutionEvent, ExecutionState } from '../fold/index.js';

/**
 * How a viewer gets its events: `connecting` while the server is asked, `live` over a stream, `polling` while streams do not come
 * through or are turned off, `retrying` while the server does not answer at all, `paused` by the viewer, `ended` with the
 * execution, `failed` because the server refuses.
 */
export type FollowMode = 'connecting' | 'live' | 'retrying' | 'polling' | 'paused' | 'ended' | 'failed';

/** What there is to say of a mode. */
export interface ModeDetail {
  /** Why it is retrying, polling or failed; absent where it polls because the server streams none. */
  error?: ApiError;
  /** In how many milliseconds the next try comes. */
  retryIn?: number;
  /** The end of the log, once that is known. */
  last?: number;
}

/** How following ended for good; `reconnect` starts it again. */
export type FollowEnd = { reason: 'ended'; last: number } | { reason: 'failed'; error: ApiError } | { reason: 'closed' };

/** Why an execution stands still though it has not ended: a defect that its server met. */
export interface ParkedReason {
  /** Stable code of the server. */
  code: string;
  /** The defect, for people. */
  message: string;
}

/** What to follow, and whom to tell. Each event is told once, in order, whatever happens to connections. */
export interface FollowOptions extends ServerOptions {
  /** The sequence of the last event known; events after it are told, from the first one with 0. */
  after?: number;
  /** Only events of these stages, their instances included. */
  stages?: readonly string[];
  /** Only events of these types, such as `stage.*`. */
  types?: readonly string[];
  /** Ends following, like `close`. */
  signal?: AbortSignal;
  /** Takes the whole state; given without `after`, it comes first and events follow from its `seq`. */
  onState?(state: ExecutionState): void;
  /** Takes each event, once and in order. */
  onEvent(event: ExecutionEvent): void;
  /** Told whenever events come in another way than before, and of each loss. */
  onMode?(mode: FollowMode, detail: ModeDetail): void;
  /** Told where the execution stands still for a defect, and null when it goes on. */
  onParked?(reason: ParkedReason | null): void;
  /** What the page calls itself: up to 64 characters that stay the same however often it connects. It counts as one that watches. */
  viewer?: string;
  /** Takes how many watch, this page among them, whenever that changes while the mode is `live`; given a `viewer`. */
  onWatching?(count: number): void;
  /** What was told so far belongs to a log that is no more; events come from the first one again. */
  onReset?(): void;
}

/** An execution that is followed. */
export interface Following {
  /** The sequence up to which everything was told. */
  readonly seq: number;
  /** How events come now. */
  readonly mode: FollowMode;
  /** Stops and keeps the place. */
  pause(): void;
  /** Goes on from there: nothing is missing, nothing comes twice. */
  resume(): void;
  /** Events up to here were read otherwise: those after it follow, as if they had been told. */
  skipTo(seq: number): void;
  /** Connects anew at once, also after the end: a person may have opened the execution again. */
  reconnect(): void;
  /** Ends it for good. */
  close(): void;
  /** Comes when following ends for good the first time; it is never rejected. */
  readonly done: Promise<FollowEnd>;
}
