import { layoutOf } from './layout.js';
import type { Layout, LayoutInput } from './layout.js';
import type { UnitGraph } from './units.js';

/** Fewer units than these are laid out faster than a message gets to a worker and back. */
const fewUnits = 60;

export const inputOf = ({ units, edges }: UnitGraph): LayoutInput => ({
  widths: units.map((unit) => unit.width),
  heights: units.map((unit) => unit.height),
  edges: edges.map(({ from, to, label }) => ({ from, to, isLabelled: label !== null })),
});

/** Lays graphs out beside the page, one at a time; only the newest request is answered. */
export class Layouts {
  #worker: Worker | null = null;
  #newest = 0;

  constructor(private readonly done: (graph: UnitGraph, layout: Layout) => void) {}

  request(graph: UnitGraph): void {
    const id = ++this.#newest;
    const input = inputOf(graph);

    // One that is still busy with an older graph would only be waited for.
    this.#worker?.terminate();
    this.#worker = null;
    if (graph.units.length <= fewUnits || typeof Worker === 'undefined') return this.done(graph, layoutOf(input));
    const here = () => {
      this.stop();
      this.done(graph, layoutOf(input));
    };
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<{ id: number; layout: Layout }>) => {
      if (data.id !== this.#newest) return;
      this.stop();
      this.done(graph, data.layout);
    });

    // Where a worker may not start the page does it.
    worker.addEventListener('error', () => { if (id === this.#newest) here(); });
    worker.postMessage({ id, input });
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
