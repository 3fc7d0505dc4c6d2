import type { ExecutionEvent, ExecutionState } from '@sightglass/client';
import { untrack } from 'svelte';
import { api } from '../../shared/api.js';
import type { EventsListener, ExecutionPiece } from '../../shared/execution.js';
import { Marks, markTypes } from './marks.js';
import { Moments } from './moments.js';
import { EventPages, pageSize } from './pages.js';
import { play } from './player.js';

/** How often a replay moves on, and how often the marks of a log that grows are read, in milliseconds. */
const every = { step: 60, marks: 2000 };
const marksAtOnce = 10_000;

/** A replay of one execution. Make it while a component is made. */
export class Replay {
  /** The moment that is shown; null before the first is there. */
  state = $state.raw<ExecutionState | null>(null);
  event = $state.raw<ExecutionEvent | null>(null);
  /** The event that is asked for; the state follows. */
  seq = $state.raw(0);
  time = $state.raw(0);
  isPlaying = $state.raw(false);
  speed = $state.raw(1);
  skipsIdle = $state.raw(true);
  error = $state.raw<unknown>(null);
  /** Counts up when more marks are known. */
  marked = $state.raw(0);
  readonly marks = new Marks();
  readonly last: number;
  readonly #pages: EventPages;
  readonly #moments: Moments;
  readonly #listeners = new Set<EventsListener>();
  readonly #stop = new AbortController();
  readonly #onmoment: (seq: number) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isBusy = false;
  #wanted: { seq: number; time: number | null } | null = null;
  #tick = 0;

  /**
   * @param source The execution as it is now, and the moment to begin with: null for its first event.
   * @param onmoment Told of a moment on which the replay rests.
   */
  constructor(source: () => { state: ExecutionState; at: number | null }, onmoment: (seq: number) => void) {
    const { id } = untrack(() => source().state);
    this.last = $derived(source().state.seq);
    this.#onmoment = onmoment;
    this.#pages = new EventPages(async (after, limit, signal) => {
      const text = await (await api.open('/api/executions/{id}/events', { path: { id }, query: { after, limit }, signal })).text();
      return { events: (JSON.parse(text) as { events: ExecutionEvent[] }).events, size: text.length };
    });
    this.#moments = new Moments(this.#pages, async (at, signal) => (await api.get('/api/executions/{id}/state', { path: { id }, query: { at }, signal })) as ExecutionState);

    // A link to a moment, or a step back in the browser.
    $effect(() => {
      const { at } = source();
      untrack(() => {
        const wanted = Math.min(this.last, at ?? (this.seq || 1));
        if (wanted !== this.seq) void this.#show(wanted);
      });
    });
    $effect(() => {
      void this.last;
      const timer = setTimeout(() => void this.#readMarks(id), this.marks.last === 0 ? 0 : every.marks);
      return () => clearTimeout(timer);
    });
    $effect(() => () => {
      this.pause();
      this.#stop.abort();
      this.#moments.stop();
      this.#pages.stop();
    });
  }

  /** What the pieces of the viewer listen to: the events as they are passed. */
  readonly onEvents: ExecutionPiece['onEvents'] = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Goes to an event, and rests there. */
  seek(seq: number): void {
    this.pause();
    const to = Math.min(this.last, Math.max(1, seq));
    this.#onmoment(to);
    void this.#show(to);
  }

  /** Goes on by one event, or back. */
  step(by: 1 | -1): void {
    this.seek(this.seq + by);
  }

  /** Goes to the next start or end of a stage, or to the one before. */
  stepStage(direction: 1 | -1): void {
    const found = this.marks.next(this.seq, direction);
    this.seek(found ?? (direction === 1 ? this.last : 1));
  }

  /** Goes to the next failure, or to the one before; false where there is none. */
  seekFailure(direction: 1 | -1): boolean {
    const found = this.marks.next(this.seq, direction, 'failed');
    if (found !== null) this.seek(found);
    return found !== null;
  }

  toggle(): void {
    if (this.isPlaying) {
      this.pause();
      this.#onmoment(this.seq);
    } else this.play();
  }

  play(): void {
    if (this.isPlaying) return;
    if (this.seq >= this.last) void this.#show(1);
    this.isPlaying = true;
    this.#tick = performance.now();
    this.#timer = setInterval(() => this.#move(), every.step);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.isPlaying = false;
  }

  #move(): void {
    if (this.#isBusy) return;
    const now = performance.now();
    const elapsed = Math.min(1000, now - this.#tick);
    this.#tick = now;
    const moved = play({ seq: this.seq, time: this.time }, elapsed, this.speed, this.last, (seq) => this.#pages.peek(seq), this.skipsIdle);
    if (moved.state === 'waits') void this.#ready(moved.seq + 1);
    else if (moved.seq !== this.seq) void this.#show(moved.seq, moved.time);
    else this.time = moved.time;
    if (moved.state === 'ended') {
      this.pause();
      this.#onmoment(moved.seq);
    }
  }

  /** Brings the events to come to hand. */
  async #ready(seq: number): Promise<void> {
    this.#isBusy = true;
    try {
      if (!(await this.#pages.event(seq))) this.pause();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isBusy = false;
    }
    if (this.#wanted) void this.#show(this.#wanted.seq, this.#wanted.time);
  }

  /** Shows a moment. Where one comes while another is read, only the newest is shown after that. */
  async #show(seq: number, time: number | null = null): Promise<void> {
    this.seq = seq;
    this.#wanted = { seq, time };
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#wanted) {
        const { seq, time } = this.#wanted;
        this.#wanted = null;
        await this.#read(seq, time);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #read(seq: number, time: number | null): Promise<void> {
    const before = this.state?.seq ?? 0;
    const state = await this.#moments.at(seq);
    const event = await this.#pages.event(seq);

    // Pieces hear what is passed together with the state; a jump far ahead or back they see by its number.
    const isPassed = this.#listeners.size > 0 && before > 0 && seq > before && seq - before <= pageSize;
    const events = isPassed ? await this.#pages.between(before, seq) : [];
    if (!state) return;
    this.state = state;
    this.event = event;
    this.time = time ?? (event ? Date.parse(event.time) : this.time);
    this.error = null;
    if (events.length > 0) for (const listener of [...this.#listeners]) listener(events);
  }

  #failed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.pause();
    this.error = error;
  }

  async #readMarks(id: string): Promise<void> {
    try {
      for (;;) {
        const { events } = await api.get('/api/executions/{id}/events', { path: { id }, query: { after: this.marks.last, limit: marksAtOnce, types: [...markTypes] }, signal: this.#stop.signal });
        this.marks.add(events as ExecutionEvent[]);
        this.marked++;
        if (events.length < marksAtOnce || this.marks.isFull) return;
      }
    } catch {
      // Without marks everything else works; they are asked for again when the log grows.
    }
  }
}
