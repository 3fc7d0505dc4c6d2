import { routeOf } from './layout.js';
import type { Layout } from './layout.js';
import { size } from './units.js';
import type { Unit, UnitGraph } from './units.js';

/** A unit, or one cell of an open box. */
export interface Spot {
  readonly unit: number;
  readonly cell: number | null;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The key of the stage or instance in a cell. */
export const cellKey = (unit: Unit, cell: number): string => (unit.isForEach ? `${unit.stages[0]}[${cell}]` : unit.stages[cell]!);

/** Units where they stand, and what can be asked of that: what lies at a point, what lies in a part, what leads where. */
export class Scene {
  readonly parents: readonly (readonly number[])[];
  readonly children: readonly (readonly number[])[];
  /** The words that all of several edges to a unit say; null where they differ. */
  readonly sharedLabel: readonly (string | null)[];
  /** For each edge the least x and y and the greatest, four numbers each. */
  readonly #bounds: Float64Array;

  constructor(readonly graph: UnitGraph, readonly layout: Layout) {
    const parents: number[][] = graph.units.map(() => []);
    const children: number[][] = graph.units.map(() => []);
    const labels: Set<string | null>[] = graph.units.map(() => new Set());
    for (const { from, to, label } of graph.edges) {
      parents[to]!.push(from);
      children[from]!.push(to);
      labels[to]!.add(label);
    }
    this.sharedLabel = labels.map((said, unit) => (said.size === 1 && parents[unit]!.length > 1 ? [...said][0]! : null));
    this.parents = parents;
    this.children = children;
    this.#bounds = new Float64Array(graph.edges.length * 4);
    for (let edge = 0; edge < graph.edges.length; edge++) {
      const route = routeOf(layout, edge);
      let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < route.length; i += 2) {
        left = Math.min(left, route[i]!);
        right = Math.max(right, route[i]!);
        top = Math.min(top, route[i + 1]!);
        bottom = Math.max(bottom, route[i + 1]!);
      }
      this.#bounds.set([left, top, right, bottom], edge * 4);
    }
  }

  rectOf(unit: number): Rect {
    const { width, height } = this.graph.units[unit]!;
    return { x: this.layout.x[unit]!, y: this.layout.y[unit]!, width, height };
  }

  cellRect(unit: number, cell: number): Rect {
    const { columns } = this.graph.units[unit]!;
    return {
      x: this.layout.x[unit]! + size.padding + (cell % columns) * (size.cellWidth + size.cellGap),
      y: this.layout.y[unit]! + size.header + Math.floor(cell / columns) * (size.cellHeight + size.cellGap),
      width: size.cellWidth, height: size.cellHeight,
    };
  }

  spotRect = ({ unit, cell }: Spot): Rect => (cell === null ? this.rectOf(unit) : this.cellRect(unit, cell));

  /** The units that a part of the drawing shows. */
  unitsIn({ x, y, width, height }: Rect): number[] {
    const { units } = this.graph;
    const found: number[] = [];
    for (let i = 0; i < units.length; i++) {
      const [left, top] = [this.layout.x[i]!, this.layout.y[i]!];
      if (left < x + width && top < y + height && left + units[i]!.width > x && top + units[i]!.height > y) found.push(i);
    }
    return found;
  }

  edgesIn({ x, y, width, height }: Rect): number[] {
    const found: number[] = [];
    for (let edge = 0, at = 0; at < this.#bounds.length; edge++, at += 4) {
      const bounds = this.#bounds;
      if (bounds[at]! <= x + width && bounds[at + 1]! <= y + height && bounds[at + 2]! >= x && bounds[at + 3]! >= y) found.push(edge);
    }
    return found;
  }

  /** Whether a part of the drawing shows more units and edges than these. */
  holdsMore(part: Rect, than: number): boolean {
    return this.graph.units.length + this.graph.edges.length > than && this.unitsIn(part).length + this.edgesIn(part).length > than;
  }

  /** The cells of an open box that a part of the drawing shows. */
  cellsIn(unit: number, { x, y, width, height }: Rect): number[] {
    const { columns, cells } = this.graph.units[unit]!;
    const place = (at: number, distance: number) => Math.floor(at / distance);
    const left = this.layout.x[unit]! + size.padding;
    const top = this.layout.y[unit]! + size.header;
    const [first, last] = [Math.max(0, place(x - left, size.cellWidth + size.cellGap)), Math.min(columns - 1, place(x + width - left, size.cellWidth + size.cellGap))];
    const found: number[] = [];
    for (let row = Math.max(0, place(y - top, size.cellHeight + size.cellGap)); row <= place(y + height - top, size.cellHeight + size.cellGap); row++) {
      for (let column = first; column <= last; column++) {
        const cell = row * columns + column;
        if (cell >= cells) return found;
        found.push(cell);
      }
    }
    return found;
  }

  /** What lies at a point of the drawing. */
  at(x: number, y: number): Spot | null {
    for (const unit of this.unitsIn({ x, y, width: 0.001, height: 0.001 })) {
      if (this.graph.units[unit]!.kind !== 'box') return { unit, cell: null };
      const cell = this.cellsIn(unit, { x, y, width: 0, height: 0 }).find((cell) => {
        const rect = this.cellRect(unit, cell);
        return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
      });
      return { unit, cell: cell ?? null };
    }
    return null;
  }

  /** Where the stage or instance of a key is drawn. */
  find(key: string): Spot | null {
    const instance = /^(.*)\[(\d+)\]$/.exec(key);
    const unit = this.graph.unitOf.get(key) ?? (instance ? this.graph.unitOf.get(instance[1]!) : undefined);
    if (unit === undefined) return null;
    const { kind, isForEach, stages, cells } = this.graph.units[unit]!;
    if (kind !== 'box') return { unit, cell: null };
    if (!isForEach) return { unit, cell: stages.indexOf(this.graph.unitOf.has(key) ? key : instance![1]!) };
    return { unit, cell: instance && !this.graph.unitOf.has(key) && Number(instance[2]) < cells ? Number(instance[2]) : null };
  }

  /** The key that is selected with a spot; null for one that stands for several, or for none. */
  keyOf({ unit, cell }: Spot): string | null {
    const found = this.graph.units[unit]!;
    if (cell !== null) return cellKey(found, cell);
    return found.stages.length === 1 ? found.stages[0]! : null;
  }

  /** Where an arrow key leads: left and right along the edges, up and down within the column, and through an open box. */
  next(from: Spot, direction: Direction): Spot | null {
    const { columns, cells, kind } = this.graph.units[from.unit]!;
    if (from.cell !== null) {
      const step = { left: -1, right: 1, up: -columns, down: columns }[direction];
      const to = from.cell + step;
      const isSameRow = Math.floor(to / columns) === Math.floor(from.cell / columns);
      if (to >= 0 && to < cells && (direction === 'up' || direction === 'down' || isSameRow)) return { unit: from.unit, cell: to };
      if (direction === 'up') return { unit: from.unit, cell: null };
    } else if (kind === 'box' && direction === 'down') return { unit: from.unit, cell: 0 };
    const unit = direction === 'left' || direction === 'right' ? this.#nearest(from, direction) : this.#inColumn(from.unit, direction === 'up' ? -1 : 1);
    return unit === null ? null : { unit, cell: null };
  }

  #nearest(from: Spot, direction: 'left' | 'right'): number | null {
    const rect = this.spotRect(from);
    const middle = rect.y + rect.height / 2;
    const distance = (unit: number) => Math.abs(this.layout.y[unit]! + this.graph.units[unit]!.height / 2 - middle);
    const choices = (direction === 'left' ? this.parents : this.children)[from.unit]!;
    return choices.length === 0 ? null : choices.reduce((best, unit) => (distance(unit) < distance(best) ? unit : best));
  }

  #inColumn(unit: number, step: -1 | 1): number | null {
    const { rank, row } = this.layout;
    for (let other = 0; other < rank.length; other++) if (rank[other] === rank[unit] && row[other] === row[unit]! + step) return other;
    return null;
  }

  /** All that leads to a unit and all that it leads to, itself among them. */
  related(unit: number): ReadonlySet<number> {
    const found = new Set([unit]);
    for (const side of [this.parents, this.children]) {
      const open = [unit];
      const seen = new Set(open);
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        for (const other of side[next]!) {
          if (seen.has(other)) continue;
          seen.add(other);
          found.add(other);
          open.push(other);
        }
      }
    }
    return found;
  }
}
