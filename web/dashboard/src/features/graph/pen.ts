export interface TextLook {
  readonly size: number;
  readonly color: string;
  readonly isBold?: boolean;
  readonly align?: 'left' | 'center' | 'right';
}

/** What a graph is drawn with, on a canvas or into an SVG file. */
export interface Pen {
  /** A rectangle with round corners; what has no colour is not drawn. */
  rect(x: number, y: number, width: number, height: number, radius: number, fill: string | null, stroke?: string | null, line?: number): void;
  /** A way through points (x and y in turn), bent so that it leaves and arrives level. A shift moves its dashes along. */
  way(points: Float64Array, stroke: string, line: number, shift?: number): void;
  /** Text whose middle stands at y. */
  text(text: string, x: number, y: number, look: TextLook): void;
  /** A path drawn on a square of 16. */
  icon(path: string, x: number, y: number, size: number, stroke: string): void;
  /** How much shows of what is drawn from now on: 1 is all. */
  fade(opacity: number): void;
}

/** The fonts of the page; an SVG file names them too. */
export const fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";

export const dash = { on: 6, off: 5 };

/** The bends of a way: for each piece the two control points and the end. */
export function bends(points: Float64Array): number[][] {
  const found: number[][] = [];
  for (let i = 2; i < points.length; i += 2) {
    const [x1, y1, x2, y2] = [points[i - 2]!, points[i - 1]!, points[i]!, points[i + 1]!];
    const reach = Math.max(Math.abs(x2 - x1) / 2, x2 < x1 ? 80 : 0);
    found.push([x1 + reach, y1, x2 - reach, y2, x2, y2]);
  }
  return found;
}
