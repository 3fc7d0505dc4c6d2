import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../src/features/graph/layout.js';
import { inputOf } from '../../src/features/graph/layouts.js';
import { Scene } from '../../src/features/graph/scene.js';
import { unitsOf } from '../../src/features/graph/units.js';
import { someGraph } from './some.js';

function sceneOf(edges: string[], open: string[] = [], instances: Record<string, number> = {}): Scene {
  const graph = unitsOf(someGraph(...edges), new Set(open), (id) => instances[id] ?? -1);
  return new Scene(graph, layoutOf(inputOf(graph)));
}
const names = (scene: Scene, units: Iterable<number>) => [...units].map((unit) => scene.graph.units[unit]!.id).sort();
const at = (scene: Scene, id: string) => ({ unit: scene.graph.unitOf.get(id)!, cell: null });

describe('scene', () => {
  const diamond = sceneOf(['a>b', 'a>c', 'b>d', 'c>d', 'd>e', 'x>y']);

  it('Point_within_a_node_finds_it_and_one_beside_finds_nothing', () => {
    for (let unit = 0; unit < diamond.graph.units.length; unit++) {
      const { x, y, width, height } = diamond.rectOf(unit);
      expect(diamond.at(x + width / 2, y + height / 2)).toEqual({ unit, cell: null });
      expect(diamond.at(x + width / 2, y - 1)?.unit).not.toBe(unit);
    }
  });

  it('Related_are_all_before_and_all_behind', () => {
    expect(names(diamond, diamond.related(at(diamond, 'b').unit))).toEqual(['a', 'b', 'd', 'e']);
    expect(names(diamond, diamond.related(at(diamond, 'x').unit))).toEqual(['x', 'y']);
  });

  it('Arrows_follow_edges_and_columns', () => {
    const go = (from: string, ...steps: Parameters<Scene['next']>[1][]) => steps.reduce<ReturnType<Scene['next']>>((spot, step) => spot && diamond.next(spot, step), at(diamond, from));
    expect(diamond.keyOf(go('a', 'right', 'right', 'right')!)).toBe('e');
    expect(diamond.keyOf(go('e', 'left', 'left', 'left')!)).toBe('a');
    expect(go('e', 'right')).toBeNull();
    const [upper, lower] = diamond.rectOf(at(diamond, 'b').unit).y < diamond.rectOf(at(diamond, 'c').unit).y ? ['b', 'c'] : ['c', 'b'];
    expect(diamond.keyOf(go(upper!, 'down')!)).toBe(lower);
    expect(diamond.keyOf(go(lower!, 'up')!)).toBe(upper);
  });

  it('Cells_of_an_open_box_lie_inside_it_and_apart', () => {
    const scene = sceneOf(['a>b'], ['b'], { b: 37 });
    const { unit } = at(scene, 'b');
    const box = scene.rectOf(unit);
    const seen = new Set<string>();
    for (let cell = 0; cell < 37; cell++) {
      const { x, y, width, height } = scene.cellRect(unit, cell);
      expect(x >= box.x && y >= box.y && x + width <= box.x + box.width && y + height <= box.y + box.height).toBe(true);
      expect(scene.at(x + 1, y + 1)).toEqual({ unit, cell });
      seen.add(`${x},${y}`);
    }
    expect(seen.size).toBe(37);
    expect(scene.cellsIn(unit, box)).toHaveLength(37);
    expect(scene.find('b[36]')).toEqual({ unit, cell: 36 });
    expect(scene.keyOf({ unit, cell: 36 })).toBe('b[36]');
    expect(scene.find('b[37]')).toEqual({ unit, cell: null });
  });

  it('Only_what_is_in_sight_is_given', () => {
    fc.assert(fc.property(fc.double({ min: -100, max: 1500, noNaN: true }), fc.double({ min: -100, max: 400, noNaN: true }), fc.double({ min: 1, max: 600, noNaN: true }), (x, y, side) => {
      const part = { x, y, width: side, height: side };
      const found = new Set(diamond.unitsIn(part));
      for (let unit = 0; unit < diamond.graph.units.length; unit++) {
        const rect = diamond.rectOf(unit);
        expect(found.has(unit)).toBe(rect.x < x + side && rect.x + rect.width > x && rect.y < y + side && rect.y + rect.height > y);
      }
    }));
  });

  it('Words_that_all_edges_to_a_stage_say_are_shared', () => {
    const scene = sceneOf(['a>c:when x', 'b>c:when x', 'c>d:on failure', 'b>d']);
    expect(scene.sharedLabel[at(scene, 'c').unit]).toBe('when x');
    expect(scene.sharedLabel[at(scene, 'd').unit]).toBeNull();
  });
});
