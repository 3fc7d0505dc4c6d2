import type { ExecutionState } from '@sightglass/client';
import { untrack } from 'svelte';
import type { ExecutionGraph } from '../../shared/execution.js';
import { withParts } from '../../shared/query.js';
import { Layouts } from './layouts.js';
import { StageLooks } from './looks.js';
import { Scene } from './scene.js';
import type { Direction, Spot } from './scene.js';
import { unitsOf } from './units.js';
import { fitted, isReadable, opened, resized, revealed, zoomed } from './view.js';
import type { Size, View } from './view.js';

/** So many boxes are open at once, and named by an address: one more folds the one that was opened first. */
const mostOpen = 20;

/** What a graph is made from; a pipeline has no state. */
export interface GraphSource {
  readonly graph: ExecutionGraph | null;
  readonly state: ExecutionState | null;
  readonly selected: string | null;
  /** What of an address says what is shown. */
  readonly drawn: string;
  readonly ondrawn: (drawn: string) => void;
}

/** A graph on screen: what of it is open, seen, looked for and in focus. Make it while a component is made. */
export class GraphModel {
  scene = $state.raw<Scene | null>(null);
  view = $state.raw<View>({ scale: 1, x: 0, y: 0 });
  pane = $state.raw<Size>({ width: 0, height: 0 });
  focus = $state.raw<Spot | null>(null);
  /** What is looked for. */
  readonly query: string;
  /** Whether it is a list instead of a drawing. */
  readonly isList: boolean;
  /** Ids of the units that are shown as boxes. */
  readonly open: ReadonlySet<string>;
  readonly #source: () => GraphSource;
  #isSeen = false;

  /** What was shown by itself, or as the reader asked for all of it; once the reader moves it, it is another. */
  #own: { view: View; isAll: boolean } | null = null;

  /** The unit that is opened or folded stays where it is on screen. */
  #anchor: { id: string; x: number; y: number } | null = null;

  /** What to show once the layout that has it is there. */
  #wanted: string | null = null;
  readonly looks: StageLooks;
  readonly drawing: Size;
  readonly selected: Spot | null;
  readonly related: ReadonlySet<number> | null;
  /** Keys of what the query matches, in the order of the plan. */
  readonly matches: readonly string[];
  readonly found: ReadonlySet<number> | null;

  constructor(source: () => GraphSource) {
    this.#source = source;
    const parts = $derived(new URLSearchParams(source().drawn));
    this.query = $derived(parts.get('find') ?? '');
    this.isList = $derived(parts.get('graph') === 'list');
    this.open = $derived(new Set(parts.getAll('open').slice(-mostOpen)));
    this.looks = $derived(new StageLooks(source().state));
    this.drawing = $derived({ width: this.scene?.layout.width ?? 0, height: this.scene?.layout.height ?? 0 });
    this.selected = $derived.by(() => {
      const key = source().selected;
      return key === null || !this.scene ? null : this.scene.find(key);
    });
    const selectedUnit = $derived(this.selected?.unit ?? null);
    this.related = $derived(selectedUnit === null || !this.scene ? null : this.scene.related(selectedUnit));
    this.matches = $derived.by(() => {
      const wanted = this.query.trim().toLowerCase();
      if (!wanted) return [];
      return source().graph?.nodes.filter(({ id, name, type }) => type !== 'trigger' && (id.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted))).map(({ id }) => id) ?? [];
    });
    this.found = $derived(this.query.trim() && this.scene ? new Set(this.matches.map((id) => this.scene!.graph.unitOf.get(id)!)) : null);

    const layouts = new Layouts((graph, layout) => this.#arrived(new Scene(graph, layout), source().selected));

    // What decides where things stand: the graph, what is open, and how large that is. The rest of the state changes no layout.
    const shape = $derived(JSON.stringify([...this.open].map((id) => [id, this.looks.instancesOf(id)])));
    $effect(() => {
      const { graph } = source();
      void shape;
      untrack(() => {
        if (graph) layouts.request(unitsOf(graph, this.open, this.looks.instancesOf));
        else this.scene = null;
      });
    });
    $effect(() => () => layouts.stop());
    $effect(() => {
      void source().selected;
      untrack(() => this.#reveal());
    });
  }

  #arrived(scene: Scene, selected: string | null): void {
    const focused = this.focus && this.scene ? this.scene.graph.units[this.focus.unit]?.id : undefined;
    this.scene = scene;
    const indexOf = (id: string) => scene.graph.units.findIndex((unit) => unit.id === id);
    if (focused !== undefined) {
      const unit = indexOf(focused);
      this.focus = unit < 0 ? null : { unit, cell: null };
    }
    const anchor = this.#anchor && indexOf(this.#anchor.id);
    if (!this.#isSeen && this.pane.width > 0) this.#begin(selected);
    else if (this.#anchor && anchor !== null && anchor >= 0) {
      const { x, y } = scene.rectOf(anchor);
      this.view = { ...this.view, x: this.#anchor.x - x * this.view.scale, y: this.#anchor.y - y * this.view.scale };
    }
    this.#anchor = null;
    if (this.#wanted !== null) this.goTo(this.#wanted);
  }

  #begin(selected: string | null): void {
    const { scene } = this;
    if (!scene) return;
    this.#isSeen = true;
    const running = this.looks.state?.stages.find(({ status }) => status === 'running' || status === 'failed')?.key;
    const spot = scene.find(selected ?? running ?? '');
    this.#show(opened(this.drawing, this.pane, spot && scene.spotRect(spot)), false);
  }

  #show(view: View, isAll: boolean): void {
    this.view = view;
    this.#own = { view, isAll };
  }

  /** Learns how much room there is. */
  resize(pane: Size): void {
    const before = this.pane;
    if (pane.width === 0 || pane.height === 0) return;
    this.pane = pane;
    if (!this.#isSeen) return this.#begin(this.selected && this.scene!.keyOf(this.selected));
    const own = this.#own?.view === this.view ? this.#own : null;
    if (own && (own.isAll || isReadable(this.drawing, pane))) return this.#show(fitted(this.drawing, pane), own.isAll);
    const at = this.selected ?? this.focus;
    const view = resized(this.view, before, pane, this.drawing, at && this.scene ? this.scene.spotRect(at) : null);
    if (own) this.#show(view, false);
    else this.view = view;
  }

  /** Brings what is selected into sight, wherever it was selected. */
  #reveal(): void {
    if (!this.selected || !this.#isSeen) return;
    this.focus = this.selected;
    this.#lookAt(this.selected);
  }

  // What is in sight already moves nothing, so that the view stays the one that was shown by itself.
  #lookAt(spot: Spot): void {
    const view = revealed(this.view, this.scene!.spotRect(spot), this.drawing, this.pane);
    if (view.x !== this.view.x || view.y !== this.view.y) this.view = view;
  }

  zoom(factor: number, x = this.pane.width / 2, y = this.pane.height / 2): void {
    this.view = zoomed(this.view, factor, x, y, this.drawing, this.pane);
  }

  fit(): void {
    this.#show(fitted(this.drawing, this.pane), true);
  }

  get isOpenable(): boolean {
    return this.focus !== null && this.canOpen(this.focus.unit);
  }

  canOpen(unit: number): boolean {
    const found = this.scene?.graph.units[unit];
    return found !== undefined && (found.kind === 'box' || found.kind === 'fold' || (found.kind === 'stage' && this.looks.instancesOf(found.id) > 0));
  }

  /** Opens what is folded, or folds what is open. */
  toggle(unit: number): void {
    const found = this.scene?.graph.units[unit];
    if (!found || !this.canOpen(unit)) return;
    const { x, y } = this.scene!.rectOf(unit);
    this.#anchor = { id: found.id, x: x * this.view.scale + this.view.x, y: y * this.view.scale + this.view.y };
    const open = new Set(this.open);
    if (!open.delete(found.id)) open.add(found.id);
    this.show({ open: [...open].slice(-mostOpen) });
  }

  /** Looks for something, or shows it as a list or as a drawing; what is not named stays. */
  show(change: { find?: string; graph?: 'list' | null; open?: readonly string[] }): void {
    const { drawn, ondrawn } = this.#source();
    ondrawn(withParts(drawn, change));
  }

  /** Brings a stage into sight and into focus; opens what it is folded in. */
  goTo(key: string): void {
    const spot = this.scene?.find(key);
    if (!spot) return;
    const unit = this.scene!.graph.units[spot.unit]!;
    if (unit.kind === 'fold') {
      this.#wanted = key;
      this.toggle(spot.unit);
      return;
    }
    this.#wanted = null;
    this.#focusOn(spot, 0.7);
  }

  #focusOn(spot: Spot, readable = 0): void {
    this.focus = spot;
    if (this.view.scale < readable) this.view = { ...this.view, scale: readable };
    this.#lookAt(spot);
  }

  /** Moves the focus; false where nothing is there. */
  move(direction: Direction): boolean {
    if (!this.scene || this.scene.graph.units.length === 0) return false;
    const next = this.focus ? this.scene.next(this.focus, direction) : (this.selected ?? { unit: 0, cell: null });
    if (next) this.#focusOn(next);
    return next !== null;
  }

  /** Moves the focus to the first or the last of the plan. */
  moveTo(end: 'first' | 'last'): void {
    const count = this.scene?.graph.units.length ?? 0;
    if (count > 0) this.#focusOn({ unit: end === 'first' ? 0 : count - 1, cell: null });
  }
}
