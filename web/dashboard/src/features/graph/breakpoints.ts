import type { Scene } from './scene.js';
import type { Unit } from './units.js';

/** Drawn smaller than this, stages are too close to each other for dots beside them; the key works at any size. */
const leastScale = 0.45;

/** Half of what a pointer has to hit, in pixels of the screen. */
const reach = { mouse: 12, touch: 18 };

/** Radius of the dot, at least so many pixels of the screen. */
const radius = 6;

/** Whether an execution can be stopped before what is drawn as one thing. */
export const isBreakable = ({ kind, stages }: Unit): boolean => kind !== 'trigger' && stages.length === 1;

export const offersDots = (scale: number): boolean => scale >= leastScale;

/** Radius of a dot in the drawing: it grows with it, and does not shrink. */
export const dotRadius = (scale: number): number => radius / Math.min(1, scale);

/** The unit whose dot lies at a point of the drawing, at its upper left corner; null where none does. */
export function dotAt(scene: Scene, x: number, y: number, scale: number, pointer: string): number | null {
  if (!offersDots(scale)) return null;
  const distance = (pointer === 'touch' ? reach.touch : reach.mouse) / scale;
  const inside = scene.at(x, y)?.unit ?? null;
  const near = scene.unitsIn({ x: x - distance, y: y - distance, width: 2 * distance, height: 2 * distance }).filter((unit) => {
    const { x: left, y: top } = scene.rectOf(unit);
    return isBreakable(scene.graph.units[unit]!) && Math.abs(x - left) <= distance && Math.abs(y - top) <= distance;
  });

  // What lies in one stage is never meant for another.
  return near.find((unit) => inside === null || unit === inside) ?? null;
}
