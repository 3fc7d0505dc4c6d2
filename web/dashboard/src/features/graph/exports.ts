import type { Colours } from './colours.js';
import { CanvasPen } from './canvasPen.js';
import { paintGraph } from './paint.js';
import type { Picture } from './paint.js';
import type { Scene } from './scene.js';
import { SvgPen } from './svgPen.js';

/** A canvas may not be larger than browsers can hold: pixels a side, and in all. */
const largest = { side: 16_000, pixels: 60_000_000 };

const whole = (scene: Scene) => ({ x: 0, y: 0, width: scene.layout.width, height: scene.layout.height });

/** What a file shows: all of the graph, with nothing selected and nothing moving. */
const still = (picture: Picture): Picture => ({ ...picture, selected: null, related: null, focus: null, found: null, offered: null, shift: null });

export function svgOf(scene: Scene, picture: Picture, title: string): string {
  const pen = new SvgPen();
  paintGraph(pen, scene, still(picture), whole(scene), 1);
  return pen.file(title, scene.layout.width, scene.layout.height, picture.colours.canvas);
}

/** The scale of an image: twice the drawing's size where that can be held. */
export const imageScale = (width: number, height: number): number =>
  Math.min(2, largest.side / Math.max(1, width), largest.side / Math.max(1, height), Math.sqrt(largest.pixels / Math.max(1, width * height)));

export async function pngOf(scene: Scene, picture: Picture): Promise<Blob> {
  const part = whole(scene);
  const scale = imageScale(part.width, part.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(part.width * scale));
  canvas.height = Math.max(1, Math.round(part.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no canvas to draw on.');
  paintBackground(context, canvas, picture.colours);
  context.scale(scale, scale);
  paintGraph(new CanvasPen(context), scene, still(picture), part, Math.min(1, scale));
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The image is too large for this browser; SVG has no limit.'))), 'image/png'));
}

function paintBackground(context: CanvasRenderingContext2D, { width, height }: HTMLCanvasElement, colours: Colours): void {
  context.fillStyle = colours.canvas;
  context.fillRect(0, 0, width, height);
}

/** The name of a file, of what every file system takes. */
export const fileName = (name: string, extension: string): string =>
  `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 80) || 'graph'}.${extension}`;
