import { bends, dash, fonts } from './pen.js';
import type { Pen, TextLook } from './pen.js';

const escaped: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// XML knows no other control characters, however they are written.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const text = (value: string) => value.replace(forbidden, '\ufffd').replace(/[&<>"]/g, (c) => escaped[c]!);
const n = (value: number) => String(Math.round(value * 100) / 100);

/** Writes an SVG file. */
export class SvgPen implements Pen {
  readonly #parts: string[] = [];
  #opacity = '';

  rect(x: number, y: number, width: number, height: number, radius: number, fill: string | null, stroke: string | null = null, line = 1): void {
    const edge = stroke === null ? '' : ` stroke="${text(stroke)}" stroke-width="${n(line)}"`;
    this.#parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(radius)}" fill="${text(fill ?? 'none')}"${edge}${this.#opacity}/>`);
  }

  way(points: Float64Array, stroke: string, line: number, shift?: number): void {
    const d = `M${n(points[0]!)} ${n(points[1]!)}${bends(points).map((bend) => `C${bend.map(n).join(' ')}`).join('')}`;
    const dashes = shift === undefined ? '' : ` stroke-dasharray="${dash.on} ${dash.off}"`;
    this.#parts.push(`<path d="${d}" fill="none" stroke="${text(stroke)}" stroke-width="${n(line)}"${dashes}${this.#opacity}/>`);
  }

  text(value: string, x: number, y: number, { size, color, isBold = false, align = 'left' }: TextLook): void {
    const anchor = { left: 'start', center: 'middle', right: 'end' }[align];
    this.#parts.push(`<text x="${n(x)}" y="${n(y)}" font-size="${size}"${isBold ? ' font-weight="600"' : ''} text-anchor="${anchor}" dominant-baseline="central" fill="${text(color)}"${this.#opacity}>${text(value)}</text>`);
  }

  icon(path: string, x: number, y: number, size: number, stroke: string): void {
    this.#parts.push(`<path d="${text(path)}" transform="translate(${n(x)} ${n(y)}) scale(${n(size / 16)})" fill="none" stroke="${text(stroke)}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"${this.#opacity}/>`);
  }

  fade(opacity: number): void {
    this.#opacity = opacity === 1 ? '' : ` opacity="${n(opacity)}"`;
  }

  /** The whole file. */
  file(title: string, width: number, height: number, background: string): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" font-family="${text(fonts)}">`
      + `<title>${text(title)}</title><rect width="100%" height="100%" fill="${text(background)}"/>${this.#parts.join('')}</svg>`;
  }
}
