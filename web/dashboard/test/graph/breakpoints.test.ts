import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coloursOf } from '../../src/features/graph/colours.js';
import { dotAt, dotRadius, offersDots } from '../../src/features/graph/breakpoints.js';
import { svgOf } from '../../src/features/graph/exports.js';
import { layoutOf } from '../../src/features/graph/layout.js';
import { inputOf } from '../../src/features/graph/layouts.js';
import { StageLooks } from '../../src/features/graph/looks.js';
import { paintGraph } from '../../src/features/graph/paint.js';
import type { Picture } from '../../src/features/graph/paint.js';
import { Scene } from '../../src/features/graph/scene.js';
import { SvgPen } from '../../src/features/graph/svgPen.js';
import { unitsOf } from '../../src/features/graph/units.js';
import { someGraph, someStage, someState } from './some.js';

const ids = ['a', 'b', 'c', 'd'];
const looks = new StageLooks(someState(ids.map((id) => someStage(id)), { debug: { breakpoints: ['b'], stoppedAt: null } }));
const units = unitsOf(someGraph('triggerT>a', 'a>b', 'a>c', 'b>d', 'c>d'), new Set(), looks.instancesOf);
const scene = new Scene(units, layoutOf(inputOf(units)));
const cornerOf = (id: string) => scene.rectOf(units.unitOf.get(id)!);
const picture: Picture = { looks, colours: coloursOf(document.documentElement), selected: null, related: null, focus: null, found: null, offered: null, now: 0, shift: null, fit: (text) => text };

describe('dots', () => {
  it('Dot_is_hit_within_24_pixels_of_the_screen_at_any_zoom', () => {
    fc.assert(fc.property(fc.constantFrom(...ids), fc.double({ min: 0.45, max: 2.5, noNaN: true }), fc.integer({ min: -11, max: 11 }), fc.integer({ min: -11, max: 11 }), (id, scale, right, down) => {
      const { x, y } = cornerOf(id);
      const own = units.unitOf.get(id)!;
      const point = [x + right / scale, y + down / scale] as const;

      // Drawn small, the place around a corner reaches into the stage above, which keeps what lies in it.
      const inside = scene.at(...point)?.unit ?? own;
      expect(dotAt(scene, ...point, scale, 'mouse')).toBe(inside === own ? own : null);
      if (scale >= 1) expect(inside).toBe(own);
      expect(dotAt(scene, x - 30 / scale, y - 30 / scale, scale, 'mouse')).toBeNull();
      expect(dotAt(scene, x + 14 / scale, y + 14 / scale, scale, 'mouse')).toBeNull();
    }));
  });

  it('Fingertip_has_more_room_than_a_mouse', () => {
    const { x, y } = cornerOf('c');
    expect(dotAt(scene, x - 16, y - 16, 1, 'mouse')).toBeNull();
    expect(dotAt(scene, x - 16, y - 16, 1, 'touch')).toBe(units.unitOf.get('c'));
  });

  it('Middle_of_a_stage_and_a_trigger_have_none', () => {
    const { x, y, width, height } = cornerOf('a');
    expect(dotAt(scene, x + width / 2, y + height / 2, 1, 'touch')).toBeNull();
    const trigger = scene.rectOf(units.unitOf.get('triggerT')!);
    expect(dotAt(scene, trigger.x, trigger.y, 1, 'mouse')).toBeNull();
  });

  it('None_is_offered_where_stages_are_too_small_to_be_told_apart', () => {
    const { x, y } = cornerOf('a');
    expect([offersDots(0.4), dotAt(scene, x, y, 0.4, 'mouse')]).toEqual([false, null]);
  });

  it('Dot_does_not_shrink_with_the_drawing', () => {
    for (const scale of [0.1, 0.3, 0.8, 1]) expect(dotRadius(scale) * scale).toBeCloseTo(6);
    expect(dotRadius(2.5) * 2.5).toBeGreaterThanOrEqual(6);
  });
});

describe('pictures of dots', () => {
  // A circle is a rectangle whose corners are as round as it is large.
  const dotsIn = (svg: string) => [...svg.matchAll(/<rect x="(-?[\d.]+)" y="(-?[\d.]+)" width="12" height="12" rx="6"/g)].length;
  const drawn = (offered: Picture['offered']) => {
    const pen = new SvgPen();
    paintGraph(pen, scene, { ...picture, offered }, { x: -50, y: -50, width: scene.layout.width + 100, height: scene.layout.height + 100 }, 1);
    return pen.file('Some', 1, 1, '#ffffff');
  };

  it('Breakpoints_are_drawn_always_and_others_where_they_are_offered', () => {
    expect(dotsIn(drawn(null))).toBe(1);
    expect(dotsIn(drawn(new Set([units.unitOf.get('a')!])))).toBe(2);
    expect(dotsIn(drawn('all'))).toBe(4);
  });

  it('File_holds_no_offer', () => expect(dotsIn(svgOf(scene, { ...picture, offered: 'all' }, 'Some'))).toBe(1));
});
