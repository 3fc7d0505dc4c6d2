import { isTerminal } from '@sightglass/client';
import type { ExecutionState } from '@sightglass/client';
import { untrack } from 'svelte';
import type { ViewAddress } from './address.js';
import { shortestLook, stageThatMatters } from './matters.js';

/** What is shown, and how one chooses. */
interface Shown {
  readonly state: ExecutionState | null;
  readonly view: ViewAddress;
  /** Whether the timeline is shown, by the list of its stages or otherwise. */
  readonly isTimeline: boolean;
  readonly select: (stage: string | null) => void;
}

const narrow = 900;

/**
 * Which stage stands beside the timeline. Until the reader chooses one, or closes what stands there, it is the one that
 * matters; the address does not name it. Make it while a component is made: it lives as long.
 */
export class ViewerSide {
  readonly #shown: () => Shown;
  #isClosed = $state.raw(false);
  #closedOn: string | null = null;
  #followedAt = 0;

  /** Whether there is too little room for both. */
  isNarrow = $state.raw(innerWidth < narrow);

  /** The stage that is shown by itself; null before any has started. */
  followed = $state.raw<string | null>(null);

  readonly #isLive = $derived.by(() => {
    const { state } = this.#shown();
    return state !== null && !isTerminal(state.status);
  });

  readonly #isFollowing = $derived.by(() => {
    const { view, isTimeline } = this.#shown();
    return view.stage === null && !this.#isClosed && !this.isNarrow && isTimeline && view.draw === 'list';
  });

  readonly selected = $derived.by(() => this.#shown().view.stage ?? (this.#isFollowing ? this.followed : null));
  readonly isOpen = $derived.by(() => this.selected !== null || (this.#isFollowing && this.#isLive));

  constructor(shown: () => Shown) {
    this.#shown = shown;
    $effect(() => {
      const { state } = this.#shown();
      if (!this.#isFollowing || !state) return;
      const before = untrack(() => this.followed);

      // What completed long ago is looked up, not watched.
      if (before === null && !this.#isLive && state.status !== 'failed') return;
      const next = stageThatMatters(state, before);
      if (next === before) return;
      const follow = () => {
        this.followed = next;
        this.#followedAt = performance.now();
      };
      const wait = before === null ? 0 : this.#followedAt + shortestLook - performance.now();
      if (wait <= 0) return follow();
      const timer = setTimeout(follow, wait);
      return () => clearTimeout(timer);
    });
  }

  readonly close = (): void => {
    this.#closedOn = this.selected;
    this.#isClosed = true;
    this.#shown().select(null);
  };

  readonly toggle = (): void => {
    if (this.isOpen) return this.close();
    const { state, select } = this.#shown();
    this.#isClosed = false;
    if (!this.#isFollowing || !this.#isLive) select(this.#closedOn ?? (state && (stageThatMatters(state, null) ?? state.stages[0]?.key ?? null)));
  };
}
