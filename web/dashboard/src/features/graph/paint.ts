import { tookText } from '../../shared/format.js';
import { stageIcon } from '../../shared/stageIcons.js';
import { lookOf, shownStatus } from '../../shared/status.js';
import { dotRadius, isBreakable } from './breakpoints.js';
import type { Colours } from './colours.js';
import { routeOf } from './layout.js';
import { endedOf, timeOf } from './looks.js';
import type { StageLooks, Tally, Tone } from './looks.js';
import type { Pen } from './pen.js';
import { cellKey } from './scene.js';
import type { Rect, Scene, Spot } from './scene.js';
import { size } from './units.js';

/** Everything that a picture of a graph depends on besides where things stand. */
export interface Picture {
  readonly looks: StageLooks;
  readonly colours: Colours;
  /** The unit or cell that is selected, and what it hangs together with; all else is faint then. */
  readonly selected: Spot | null;
  readonly related: ReadonlySet<number> | null;
  readonly focus: Spot | null;
  readonly found: ReadonlySet<number> | null;
  /** The units beside which a breakpoint can be set with the pointer now. */
  readonly offered: ReadonlySet<number> | 'all' | null;
  readonly now: number;
  /** How far the dashes of running edges have moved; null where nothing moves. */
  readonly shift: number | null;
  /** Cuts a text to a width. */
  readonly fit: (text: string, width: number, size: number, isBold?: boolean) => string;
}

/** Below these scales details would be smaller than a pixel or two. */
const detail = { words: 0.45, shapes: 0.16 };

const faint = 0.4;
const notTaken = 0.6;
const tones: readonly Tone[] = ['failed', 'running', 'blocked', 'waiting', 'queued', 'success', 'cancelled'];
const remove = 'M4 8h8';
const add = 'M8 4v8M4 8h8';

const toneOf = (status: string | null): Tone => (status === null ? 'queued' : lookOf(status).tone);

/** Draws the part of a graph that is seen. How much of each thing is drawn depends on how large it is on screen. */
export function paintGraph(pen: Pen, scene: Scene, picture: Picture, part: Rect, scale: number): void {
  paintEdges(pen, scene, picture, part, scale);
  const units = scene.unitsIn(part);
  for (const unit of units) {
    pen.fade(opacityOf(picture, unit));
    paintUnit(pen, scene, picture, unit, part, scale);
  }
  pen.fade(1);
  for (const [spot, colour, distance] of [[picture.selected, picture.colours.accent, 0], [picture.focus, picture.colours.focus, 3]] as const) {
    if (!spot) continue;
    const { x, y, width, height } = scene.spotRect(spot);
    pen.rect(x - distance, y - distance, width + 2 * distance, height + 2 * distance, 8 + distance, null, colour, Math.max(2, 1.5 / scale));
  }
  for (const unit of units) paintBreakpoint(pen, scene, picture, unit, scale);
}

function opacityOf({ related, found }: Picture, unit: number): number {
  if (found && !found.has(unit)) return faint;
  return !found && related && !related.has(unit) ? faint : 1;
}

function paintEdges(pen: Pen, scene: Scene, picture: Picture, part: Rect, scale: number): void {
  const { graph: { units, edges }, layout } = scene;
  const { colours, looks, related } = picture;
  const told = new Set<number>();
  for (const edge of scene.edgesIn(part)) {
    const { from, to, label, kind } = edges[edge]!;
    const target = units[to]!;
    const source = units[from]!;
    const isNotTaken = looks.isNotTaken({ from: source.id, to: target.id, kind });
    const isRunning = looks.state !== null && looks.statusOf(target) === 'running';
    const isOn = related?.has(from) && related.has(to);
    const colour = isRunning ? colours.running : isOn ? colours.accent : kind === 'failure' ? colours.failed : colours['line-strong'];
    const isFaint = related && !isOn && !isRunning;
    pen.fade(isFaint ? faint : isNotTaken ? notTaken : 1);
    const route = routeOf(layout, edge);
    const shift = isNotTaken ? 0 : isRunning && picture.shift !== null && scale > detail.shapes ? picture.shift : undefined;
    pen.way(route, colour, isRunning || isOn ? Math.max(1.75, 1 / scale) : Math.max(1.25, 0.6 / scale), shift);
    if (scale < detail.words) continue;
    const [endX, endY] = [route.at(-2)!, route.at(-1)!];
    pen.icon('M2 2L14 8L2 14', endX - 7, endY - 4, 8, colour);

    // What is cut of it is the condition.
    const words = isNotTaken ? ['not taken', label].filter(Boolean).join(' · ') : label;
    if (words === null) continue;

    // What all that leads to a stage says alike stands once, where it arrives; other words stand in their edge's last gap.
    pen.fade(isFaint ? faint : 1);
    const isShared = !isNotTaken && scene.sharedLabel[to] === label;
    if (isShared && told.has(to)) continue;
    told.add(to);
    const startX = route.at(-4)!;
    const room = Math.min(150, endX - startX - 16);
    const shown = picture.fit(words, room - 8, 11);
    const width = Math.min(room, shown.length * 6.4 + 8);
    const x = isShared ? endX - 10 - width / 2 : (endX + startX) / 2;
    const y = isShared ? endY - 14 : (endY + route.at(-3)!) / 2;
    pen.rect(x - width / 2, y - 8, width, 16, 4, colours.canvas);
    pen.text(shown, x, y, { size: 11, color: kind === 'failure' ? colours['failed-ink'] : colours['ink-soft'], align: 'center' });
  }
}

function paintUnit(pen: Pen, scene: Scene, picture: Picture, index: number, part: Rect, scale: number): void {
  const unit = scene.graph.units[index]!;
  const { x, y, width, height } = scene.rectOf(index);
  const { colours, looks } = picture;
  if (unit.kind === 'trigger') {
    pen.rect(x, y, width, height, width / 2, colours.surface, colours['line-strong']);
    if (scale >= detail.shapes) pen.icon(stageIcon('trigger'), x + 6, y + 6, 16, colours['ink-soft']);
    return;
  }
  if (unit.kind === 'box') return paintBox(pen, scene, picture, index, part, scale);
  const status = looks.statusOf(unit);
  const tone = toneOf(status);
  if (scale < detail.shapes) {
    pen.rect(x, y, width, height, 0, colours[looks.state ? tone : 'line-strong']);
    return;
  }
  const tally = looks.tally(unit);
  const isMany = unit.kind === 'fold' || looks.instancesOf(unit.id) >= 0;
  if (isMany) {
    for (const offset of [8, 4]) pen.rect(x + offset, y + offset, width, height, 8, colours.surface, colours.line);
  }
  pen.rect(x, y, width, height, 8, colours.surface, status === 'running' ? colours.running : colours.line, 1);
  if (looks.state) pen.rect(x, y + 8, 3, height - 16, 1.5, colours[tone]);
  if (scale < detail.words) {
    pen.text(picture.fit(unit.name, width - 24, 22, true), x + 14, y + height / 2, { size: 22, color: colours.ink, isBold: true });
    return;
  }
  pen.icon(stageIcon(unit.type ?? 'other'), x + 12, y + 10, 16, colours['ink-soft']);
  const buttonRoom = isMany ? 24 : 0;
  pen.text(picture.fit(unit.name, width - 46 - buttonRoom, 13, true), x + 34, y + 18.5, { size: 13, color: colours.ink, isBold: true });
  if (isMany && (unit.kind === 'fold' || looks.instancesOf(unit.id) > 0)) pen.icon(add, x + width - 26, y + 10, 16, colours['ink-soft']);
  if (status === null) {
    pen.text(picture.fit(unit.type ?? 'stages of several types', width - 46, 12), x + 34, y + 38, { size: 12, color: colours['ink-faint'] });
  } else if (isMany) paintTally(pen, picture, tally, { x, y, width, height });
  else paintStatus(pen, picture, unit.stages[0]!, x + 12, y + 38, width - 24);
}

function paintBreakpoint(pen: Pen, scene: Scene, { looks, colours, offered }: Picture, index: number, scale: number): void {
  const unit = scene.graph.units[index]!;
  const { x, y } = scene.rectOf(index);
  const isStopped = looks.state?.debug?.stoppedAt != null && unit.stages.includes(looks.state.debug.stoppedAt);
  const isSet = looks.breakpoints.size > 0 && unit.stages.some((id) => looks.breakpoints.has(id));
  if (isSet || (isBreakable(unit) && (offered === 'all' || offered?.has(index)))) {
    const radius = dotRadius(scale);
    pen.rect(x - radius, y - radius, 2 * radius, 2 * radius, radius, isSet ? colours.failed : colours.surface, isSet ? colours.surface : colours['failed-ink'], radius / 3);
  }
  if (isStopped && scale >= detail.shapes) pen.icon('M3 8h9M8 4l4 4l-4 4', x - 22, y + 20, 16, colours.waiting);
}

function paintMark(pen: Pen, { colours }: Picture, status: string, x: number, y: number): void {
  const { tone, icon } = lookOf(status);
  pen.rect(x, y - 7, 14, 14, 7, colours[tone]);
  pen.text(icon, x + 7, y + 0.5, { size: 9, color: colours[`${tone}-on`], align: 'center' });
}

function paintStatus(pen: Pen, picture: Picture, key: string, x: number, y: number, width: number): void {
  const { colours, looks, now } = picture;
  const stage = looks.of(key);
  if (!stage) return;
  const status = shownStatus(stage);
  const { tone, label } = lookOf(status);
  paintMark(pen, picture, status, x + 1, y);
  const isCounting = stage.due !== null && stage.status === 'waiting';
  const took = isCounting ? stage.due! - now : timeOf(stage, now);
  const time = took === null ? '' : tookText(took, !isCounting && stage.lost);
  pen.text(picture.fit(stage.attempt > 1 ? `${label} · attempt ${stage.attempt}` : label, width - 30 - time.length * 7, 12), x + 22, y + 0.5, { size: 12, color: colours[`${tone}-ink`] });
  if (time) pen.text(time, x + width, y + 0.5, { size: 12, color: colours['ink-soft'], align: 'right' });
}

/** Counts by status, and a bar that shows their parts. */
function paintTally(pen: Pen, picture: Picture, tally: Tally, { x, y, width, height }: Rect): void {
  const { colours } = picture;
  const total = [...tally.values()].reduce((sum, count) => sum + count, 0);
  let at = x + 12;
  for (const [status, count] of tally) {
    const text = String(count);
    if (at + 22 + text.length * 7 > x + width - 64) break;
    paintMark(pen, picture, status, at, y + 36);
    pen.text(text, at + 18, y + 36.5, { size: 12, color: colours[`${lookOf(status).tone}-ink`] });
    at += 26 + text.length * 7;
  }
  if (total === 0) pen.text('no items yet', x + 12, y + 36, { size: 12, color: colours['ink-faint'] });
  else pen.text(`${endedOf(tally)}/${total}`, x + width - 12, y + 36.5, { size: 12, color: colours['ink-soft'], align: 'right' });
  paintBar(pen, picture, tally, x + 10, y + height - 6, width - 20, 3);
}

function paintBar(pen: Pen, { colours }: Picture, tally: Tally, x: number, y: number, width: number, height: number): void {
  const total = [...tally.values()].reduce((sum, count) => sum + count, 0);
  pen.rect(x, y, width, height, 0, colours.sunken);
  let at = x;
  for (const tone of [...tones].reverse()) {
    if (tone === 'queued') continue;
    let count = 0;
    for (const [status, many] of tally) if (lookOf(status).tone === tone) count += many;
    const part = (width * count) / Math.max(1, total);
    if (part > 0) pen.rect(at, y, part, height, 0, colours[tone]);
    at += part;
  }
}

function paintBox(pen: Pen, scene: Scene, picture: Picture, index: number, part: Rect, scale: number): void {
  const unit = scene.graph.units[index]!;
  const { x, y, width, height } = scene.rectOf(index);
  const { colours, looks } = picture;
  pen.rect(x, y, width, height, 8, colours.sunken, colours['line-strong']);
  if (scale >= detail.words) {
    const tally = looks.tally(unit);
    const total = [...tally.values()].reduce((sum, count) => sum + count, 0);
    const counts = total > 0 ? `${endedOf(tally)}/${total}` : '';
    pen.icon(stageIcon(unit.type ?? 'other'), x + 10, y + 8, 16, colours['ink-soft']);
    pen.text(picture.fit(unit.name, width - 76 - counts.length * 7, 13, true), x + 32, y + 16.5, { size: 13, color: colours.ink, isBold: true });
    pen.text(counts, x + width - 34, y + 16.5, { size: 12, color: colours['ink-soft'], align: 'right' });
    pen.icon(remove, x + width - 26, y + 8, 16, colours['ink-soft']);
  }
  const names = new Map(unit.isForEach ? [] : unit.stages.map((id, cell) => [cell, looks.of(id)?.name ?? id]));
  for (const cell of scene.cellsIn(index, part)) {
    const rect = scene.cellRect(index, cell);
    const stage = looks.of(cellKey(unit, cell));
    const tone = toneOf(stage ? shownStatus(stage) : null);
    if (scale < detail.words) {
      pen.rect(rect.x, rect.y, rect.width, rect.height, 0, colours[looks.state ? tone : 'line-strong']);
      continue;
    }
    pen.rect(rect.x, rect.y, rect.width, rect.height, 5, colours.surface, colours.line);
    if (stage) paintMark(pen, picture, shownStatus(stage), rect.x + 7, rect.y + rect.height / 2);
    const took = stage ? timeOf(stage, picture.now) : null;
    const time = took === null ? '' : tookText(took, stage?.lost);
    pen.text(picture.fit(names.get(cell) ?? `[${cell}]`, rect.width - 40 - time.length * 6.5, 12), rect.x + 27, rect.y + rect.height / 2 + 0.5, { size: 12, color: colours.ink });
    if (time) pen.text(time, rect.x + rect.width - 8, rect.y + rect.height / 2 + 0.5, { size: 11, color: colours['ink-soft'], align: 'right' });
  }
}

/** Whether a point of a unit lies on the sign that opens or folds it. */
export const isOnSign = (scene: Scene, unit: number, x: number, y: number): boolean => {
  const rect = scene.rectOf(unit);
  return x > rect.x + rect.width - 34 && y < rect.y + size.header;
};
