/** What part of a drawing is seen: a point of it at (px, py) is drawn at (px * scale + x, py * scale + y). */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const largest = 2.5;

/** The scale at which all of it is seen, never larger than life. */
const fitScale = (drawing: Size, pane: Size): number =>
  Math.min(1, pane.width / Math.max(1, drawing.width), pane.height / Math.max(1, drawing.height));

const limited = (scale: number, drawing: Size, pane: Size) => Math.min(largest, Math.max(Math.min(0.4, fitScale(drawing, pane)), scale));

/** Keeps at least a corner of the drawing in the pane, so that nobody gets lost. */
export function held(view: View, drawing: Size, pane: Size): View {
  const keep = 64;
  const within = (at: number, size: number, room: number) => Math.min(room - Math.min(keep, room / 2), Math.max(Math.min(keep, room / 2) - size * view.scale, at));
  return { scale: view.scale, x: within(view.x, drawing.width, pane.width), y: within(view.y, drawing.height, pane.height) };
}

/** Zooms by a factor; the point of the drawing below (atX, atY) stays there. */
export function zoomed(view: View, factor: number, atX: number, atY: number, drawing: Size, pane: Size): View {
  const scale = limited(view.scale * factor, drawing, pane);
  const by = scale / view.scale;
  return held({ scale, x: atX - (atX - view.x) * by, y: atY - (atY - view.y) * by }, drawing, pane);
}

/** All of the drawing, in the middle. */
export function fitted(drawing: Size, pane: Size): View {
  const scale = fitScale(drawing, pane);
  return { scale, x: (pane.width - drawing.width * scale) / 2, y: (pane.height - drawing.height * scale) / 2 };
}

/** Moves as little as needed to show a rectangle of the drawing, with some room around it. */
export function revealed(view: View, at: { x: number; y: number } & Size, drawing: Size, pane: Size): View {
  const room = 32;
  const move = (start: number, size: number, offset: number, pane: number) => {
    const [from, to] = [start * view.scale + offset, (start + size) * view.scale + offset];
    if (to - from > pane - 2 * room) return (pane - (to - from)) / 2 - start * view.scale;
    return from < room ? offset + room - from : to > pane - room ? offset + pane - room - to : offset;
  };
  return held({ scale: view.scale, x: move(at.x, at.width, view.x, pane.width), y: move(at.y, at.height, view.y, pane.height) }, drawing, pane);
}

/** Keeps what stood in the middle of a pane there when the pane gets another size, and what is looked at in sight. */
export function resized(view: View, before: Size, pane: Size, drawing: Size, at: ({ x: number; y: number } & Size) | null): View {
  const moved = held({ ...view, x: view.x + (pane.width - before.width) / 2, y: view.y + (pane.height - before.height) / 2 }, drawing, pane);
  return at ? revealed(moved, at, drawing, pane) : moved;
}

/** Whether words can be read where all of it is seen. */
export const isReadable = (drawing: Size, pane: Size): boolean => fitScale(drawing, pane) >= 0.55;

/** How a graph is first seen: whole where its words can be read then, else at its start or at what is looked for. */
export function opened(drawing: Size, pane: Size, at: ({ x: number; y: number } & Size) | null): View {
  if (isReadable(drawing, pane)) return fitted(drawing, pane);
  const scale = 0.8;
  const start: View = { scale, x: 0, y: drawing.height * scale < pane.height ? (pane.height - drawing.height * scale) / 2 : 0 };
  if (!at) return held({ ...start, y: (pane.height - drawing.height * scale) / 2 }, drawing, pane);
  return held({ scale, x: pane.width / 2 - (at.x + at.width / 2) * scale, y: pane.height / 2 - (at.y + at.height / 2) * scale }, drawing, pane);
}
