import { bends, dash, fonts } from './pen.js';
import type { Pen, TextLook } from './pen.js';

const paths = new Map<string, Path2D>();

function pathOf(d: string): Path2D {
  let path = paths.get(d);
  if (!path) paths.set(d, (path = new Path2D(d)));
  return path;
}

/** Draws on a canvas. */
export class CanvasPen implements Pen {
  constructor(private readonly context: CanvasRenderingContext2D) {}

  rect(x: number, y: number, width: number, height: number, radius: number, fill: string | null, stroke: string | null = null, line = 1): void {
    const { context } = this;
    if (radius === 0 && fill !== null && stroke === null) {
      context.fillStyle = fill;
      context.fillRect(x, y, width, height);
      return;
    }
    context.beginPath();
    context.roundRect(x, y, width, height, radius);
    if (fill !== null) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke === null) return;
    context.strokeStyle = stroke;
    context.lineWidth = line;
    context.stroke();
  }

  way(points: Float64Array, stroke: string, line: number, shift?: number): void {
    const { context } = this;
    context.beginPath();
    context.moveTo(points[0]!, points[1]!);
    for (const [ax, ay, bx, by, x, y] of bends(points)) context.bezierCurveTo(ax!, ay!, bx!, by!, x!, y!);
    context.strokeStyle = stroke;
    context.lineWidth = line;
    if (shift !== undefined) {
      context.setLineDash([dash.on, dash.off]);
      context.lineDashOffset = -shift;
    }
    context.stroke();
    if (shift !== undefined) context.setLineDash([]);
  }

  text(text: string, x: number, y: number, { size, color, isBold = false, align = 'left' }: TextLook): void {
    const { context } = this;
    context.font = `${isBold ? '600 ' : ''}${size}px ${fonts}`;
    context.textAlign = align;
    context.textBaseline = 'middle';
    context.fillStyle = color;
    context.fillText(text, x, y);
  }

  icon(path: string, x: number, y: number, size: number, stroke: string): void {
    const { context } = this;
    context.save();
    context.translate(x, y);
    context.scale(size / 16, size / 16);
    context.strokeStyle = stroke;
    context.lineWidth = 1.4;
    context.lineCap = context.lineJoin = 'round';
    context.stroke(pathOf(path));
    context.restore();
  }

  fade(opacity: number): void {
    this.context.globalAlpha = opacity;
  }
}

let measuring: CanvasRenderingContext2D | null | undefined;
const fitted = new Map<string, string>();

/** How many fitted texts are remembered. */
const maxFitted = 20_000;

/** Cuts a text to a width in pixels, with an ellipsis. */
export function fitText(text: string, width: number, size: number, isBold = false): string {
  const font = `${isBold ? '600 ' : ''}${size}px ${fonts}`;
  const key = `${font}|${width}|${text}`;
  const known = fitted.get(key);
  if (known !== undefined) return known;
  measuring ??= document.createElement('canvas').getContext('2d');
  if (!measuring) return text;
  measuring.font = font;
  let shown = text;
  if (measuring.measureText(text).width > width) {
    // The longest beginning that fits, by halving.
    const letters = Array.from(text.slice(0, 400));
    let [least, most] = [0, letters.length];
    while (least < most) {
      const half = Math.ceil((least + most) / 2);
      if (measuring.measureText(`${letters.slice(0, half).join('')}…`).width <= width) least = half;
      else most = half - 1;
    }
    shown = `${letters.slice(0, least).join('').trimEnd()}…`;
  }
  if (fitted.size >= maxFitted) fitted.clear();
  fitted.set(key, shown);
  return shown;
}
