import type { ExecutionState } from '@sightglass/client';
import { stageOfKey } from '../../shared/execution.js';
import type { ExecutionGraph, ExecutionPiece } from '../../shared/execution.js';
import { shownStatus } from '../../shared/status.js';
import { readView, writeView } from './address.js';
import type { GanttView } from './address.js';
import { Attempts } from './attempts.svelte.js';
import { gapsOf, roomFor, ticksOf, TimeAxis } from './axis.js';
import type { Span, Tick } from './axis.js';
import { busyOf } from './bars.js';
import { blocksOf } from './plan.js';
import { pannedRange, within, zoomedRange } from './range.js';
import { rowsOf } from './rows.js';
import { UndoLog } from './undos.svelte.js';
import { Waits } from './waits.svelte.js';
import type { Row } from './rows.js';

export const rowHeight = 28;

/** So many stages out of sight are asked for their earlier attempts. */
const mostRetried = 100;

export interface GanttSource {
  readonly state: ExecutionState;
  readonly graph: ExecutionGraph | null;
  readonly now: number;
  readonly onEvents: ExecutionPiece['onEvents'];
  /** What of an address says what is shown. */
  readonly drawn: string;
  readonly ondrawn: (drawn: string) => void;
}

/** A Gantt chart on screen: which rows there are, and which part of the time is seen. Make it while a component is made. */
export class Gantt {
  readonly view: GanttView;
  /** Keys of the stages that hold the text in what they said. */
  found = $state.raw<ReadonlySet<string>>(new Set());
  /** The part of the axis that is seen; null for all of it. */
  readonly range: Span | null;
  /** Pixels of the chart beside the names. */
  width = $state.raw(600);
  top = $state.raw(0);
  height = $state.raw(400);
  readonly attempts = new Attempts();
  readonly waits: Waits;
  readonly undos: UndoLog;
  #turned = $state.raw<ReadonlySet<string>>(new Set());
  readonly rows: readonly Row[];
  readonly visible: readonly Row[];
  readonly first: number;
  readonly now: number;
  readonly gaps: readonly Span[];
  readonly axis: TimeAxis;
  readonly seen: Span;
  readonly ticks: readonly Tick[];
  readonly statuses: readonly string[];
  readonly types: readonly string[];
  readonly #source: () => GanttSource;

  constructor(source: () => GanttSource) {
    this.#source = source;
    this.waits = new Waits(source);
    this.undos = new UndoLog(source);
    const graph = $derived(source().graph);
    const stages = $derived(source().state.stages);
    const ids = $derived(stages.map(({ key }) => key).join('\n'));
    const blocks = $derived(blocksOf(ids ? ids.split('\n') : [], graph));
    const byKey = $derived(new Map(stages.map((stage) => [stage.key, stage])));
    this.now = $derived(source().state.endTime === null ? source().now : Math.min(source().now, source().state.endTime!));
    this.types = $derived([...new Set(stages.map(({ type }) => type))].sort());
    const drawn = $derived(source().drawn);
    this.view = $derived(readView(drawn, this.types));

    // One by one: a range that is dragged along makes no rows anew.
    const text = $derived(this.view.text);
    const status = $derived(this.view.status);
    const type = $derived(this.view.type);
    const foldsGaps = $derived(this.view.foldsGaps);

    // The one that is chosen stays to choose where no stage is in it any more, or none yet.
    this.statuses = $derived([...new Set([...stages.flatMap((stage) => [stage, ...(stage.instances ?? [])].map(shownStatus)), ...(status ? [status] : [])])].sort());
    this.rows = $derived(rowsOf(blocks, byKey, { text, found: this.found, status: status || null, type: type || null }, this.#turned, this.attempts.of, this.now));
    this.first = $derived(Math.max(0, Math.floor(this.top / rowHeight) - 6));
    this.visible = $derived(this.rows.slice(this.first, Math.ceil((this.top + this.height) / rowHeight) + 6));

    const { from, isRunning } = $derived({ from: source().state.createdAt, isRunning: source().state.endTime === null });

    // Behind the last bar there is room for the words on it.
    const to = $derived(isRunning ? from + roomFor(this.now - from) : from + Math.max(1, (this.now - from) * 1.07));
    this.gaps = $derived(gapsOf(stages.flatMap((stage) => busyOf(stage, this.attempts.of(stage), this.now, this.waits.of(stage.key), from, this.undos.of(stage))), { from, to: Math.max(from + 1, this.now) }));
    this.axis = $derived(new TimeAxis({ from, to }, foldsGaps ? this.gaps : []));
    this.range = $derived(this.view.range && within({ from: this.axis.at(from + this.view.range.from), to: this.axis.at(from + this.view.range.to) }, this.axis.length));
    this.seen = $derived(this.range ?? { from: 0, to: this.axis.length });
    this.ticks = $derived(ticksOf(this.axis, this.seen, this.width));

    // Those in sight first; of the others so many that idle time is found.
    const seen = $derived(this.visible.flatMap((row) => ((row.kind === 'stage' || row.kind === 'instance') && row.stage.attempt > 1 ? [row.stage] : [])));
    const retried = $derived([...seen, ...stages.filter(({ attempt }) => attempt > 1).slice(0, mostRetried)]);
    $effect(() => this.attempts.want(source().state.id, retried));
    $effect(() => () => this.attempts.stop());
  }

  /** Pixels of a time within the chart. */
  x(time: number): number {
    return ((this.axis.at(time) - this.seen.from) / (this.seen.to - this.seen.from)) * this.width;
  }

  toggle(row: Row): void {
    if (row.isOpen === null) return;
    const turned = new Set(this.#turned);
    if (!turned.delete(row.key)) turned.add(row.key);
    this.#turned = turned;
  }

  /** Shows something else; what is not named stays. */
  show(change: Partial<GanttView>): void {
    const { drawn, ondrawn } = this.#source();
    ondrawn(writeView(change, drawn));
  }

  // Told as times, which mean the same however much of the axis is folded, and however long it grows.
  #lookAt(range: Span | null): void {
    const since = (place: number) => this.axis.timeAt(place) - this.axis.whole.from;
    this.show({ range: range && { from: since(range.from), to: since(range.to) } });
  }

  zoom(factor: number, part = 0.5): void {
    this.#lookAt(zoomedRange(this.range, this.axis.length, factor, part));
  }

  pan(part: number): void {
    this.#lookAt(pannedRange(this.range, this.axis.length, part));
  }

  /** Looks at the part between two places of the chart, in pixels. */
  brush(fromX: number, toX: number): void {
    const place = (x: number) => this.seen.from + (x / this.width) * (this.seen.to - this.seen.from);
    const [from, to] = [Math.min(fromX, toX), Math.max(fromX, toX)];
    this.#lookAt(within({ from: place(from), to: place(to) }, this.axis.length));
  }

  all(): void {
    this.#lookAt(null);
  }

  /** Folds idle times or unfolds them, and shows all. */
  turnGaps(): void {
    this.show({ foldsGaps: !this.view.foldsGaps, range: null });
  }

  indexOf(key: string): number {
    return this.rows.findIndex((row) => row.key === key);
  }

  /** The row of a stage or an item; opens what it lies in. -1 where it is not shown. */
  reveal(key: string): number {
    const stage = stageOfKey(key);
    const group = this.rows.find((row) => row.kind === 'group' && row.isOpen === false && row.stages.some((one) => one.key === stage));
    if (group) this.toggle(group);
    const folded = key !== stage && this.rows.find((row) => row.key === stage && row.isOpen === false);
    if (folded) this.toggle(folded);
    return this.indexOf(key);
  }
}
