/** A stretch of time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Stretches of at least this part of the whole in which nothing ran are worth folding. */
const smallestGap = 0.08;
const smallestGapTime = 2000;

/** How much of the axis a folded stretch takes. */
const foldedPart = 0.03;

/** Finds the stretches of a whole in which nothing was queued and nothing ran. */
export function gapsOf(busy: readonly Span[], whole: Span): Span[] {
  const least = Math.max(smallestGapTime, (whole.to - whole.from) * smallestGap);
  const gaps: Span[] = [];
  let end = whole.from;
  for (const { from, to } of [...busy].sort((a, b) => a.from - b.from)) {
    if (from - end >= least) gaps.push({ from: end, to: Math.min(from, whole.to) });
    end = Math.max(end, to);
    if (end >= whole.to) return gaps;
  }
  if (whole.to - end >= least) gaps.push({ from: end, to: whole.to });
  return gaps;
}

interface Piece {
  readonly time: Span;
  /** Where it begins on the axis, and how long it is there. */
  readonly at: number;
  readonly length: number;
}

/** The axis of time: lengths on it are milliseconds, except where a stretch is folded. It maps both ways. */
export class TimeAxis {
  readonly length: number;
  readonly #pieces: Piece[] = [];

  constructor(readonly whole: Span, readonly folded: readonly Span[] = []) {
    const hidden = folded.reduce((sum, { from, to }) => sum + to - from, 0);
    const shown = Math.max(1, whole.to - whole.from - hidden);
    const fold = shown * foldedPart;
    let [time, at] = [whole.from, 0];
    const add = (to: number, length: number) => {
      if (to <= time) return;
      this.#pieces.push({ time: { from: time, to }, at, length });
      [time, at] = [to, at + length];
    };
    for (const { from, to } of folded) {
      add(from, from - time);
      add(to, Math.min(fold, to - time));
    }
    if (time < whole.to || this.#pieces.length === 0) add(Math.max(whole.to, time + 1), Math.max(1, whole.to - time));
    this.length = at;
  }

  /** The place of a time; before and behind the whole the axis goes on. */
  at(time: number): number {
    const { time: { from, to }, at, length } = this.#find((piece) => time < piece.time.to);
    return at + ((time - from) * length) / (to - from);
  }

  /** The time of a place. */
  timeAt(place: number): number {
    const { time: { from, to }, at, length } = this.#find((piece) => place < piece.at + piece.length);
    return from + ((place - at) * (to - from)) / length;
  }

  #find(isIn: (piece: Piece) => boolean): Piece {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isIn(this.#pieces[middle]!)) high = middle;
      else low = middle + 1;
    }
    return this.#pieces[low]!;
  }
}

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000];

/** A distance between marks that people count in, at least as long as asked. */
export function stepOf(least: number): number {
  const day = 86_400_000;
  return steps.find((step) => step >= least) ?? Math.ceil(least / day) * day;
}

export interface Tick {
  /** Place on the axis. */
  readonly at: number;
  /** Time since the execution was created, in milliseconds. */
  readonly since: number;
}

/** How close marks may come to each other, in pixels. */
const tickDistance = 88;

/** Marks for a range of the axis: at round times since the start, none within what is folded. */
export function ticksOf(axis: TimeAxis, range: Span, pixels: number): Tick[] {
  const perPixel = (range.to - range.from) / Math.max(1, pixels);
  const step = stepOf(perPixel * tickDistance);
  const ticks: Tick[] = [];
  const start = axis.whole.from;
  const first = Math.max(0, Math.ceil((axis.timeAt(range.from) - start) / step) * step);
  let last = -Infinity;
  let since = first;
  for (let turns = 0; turns < 500; turns++) {
    const time = start + since;
    const at = axis.at(time);
    if (at > range.to) break;
    const fold = axis.folded.find(({ from, to }) => time > from && time < to);
    if (fold) {
      since = Math.ceil((fold.to - start) / step) * step;
      continue;
    }
    if (at - last >= perPixel * tickDistance * 0.6) {
      ticks.push({ at, since });
      last = at;
    }
    since += step;
  }
  return ticks;
}

/** Up to where a running execution is drawn: some steps ahead of it, so that what grows does so into free room and little moves. */
export function roomFor(elapsed: number): number {
  let room = 5000;
  for (let i = 0; room < elapsed * 1.1; i++) room *= i % 2 === 0 ? 1.5 : 4 / 3;
  return Math.round(room);
}
