import { describe, expect, it } from 'vitest';
import { coloursOf } from '../../src/features/graph/colours.js';
import { fileName, imageScale, svgOf } from '../../src/features/graph/exports.js';
import { layoutOf } from '../../src/features/graph/layout.js';
import { inputOf } from '../../src/features/graph/layouts.js';
import { endedOf, StageLooks, timeOf } from '../../src/features/graph/looks.js';
import type { Picture } from '../../src/features/graph/paint.js';
import { Scene } from '../../src/features/graph/scene.js';
import { unitsOf } from '../../src/features/graph/units.js';
import { tallyText } from '../../src/shared/status.js';
import { someGraph, someStage, someState } from './some.js';

const fan = someGraph('start', ...Array.from({ length: 40 }, (_, i) => `start>b${i}`));
const state = someState([
  someStage('start', { status: 'completed', duration: 1200 }),
  ...Array.from({ length: 40 }, (_, i) => someStage(`b${i}`, { status: i < 10 ? 'completed' : i < 12 ? 'failed' : i < 20 ? 'running' : 'queued' })),
], { debug: { breakpoints: ['start'], stoppedAt: null } });

function drawn(open: string[] = []): { svg: string; document: Document } {
  const looks = new StageLooks(state);
  const graph = unitsOf(fan, new Set(open), looks.instancesOf);
  const picture: Picture = { looks, colours: coloursOf(document.documentElement), selected: null, related: null, focus: null, found: null, offered: null, now: 0, shift: null, fit: (text) => text };
  const svg = svgOf(new Scene(graph, layoutOf(inputOf(graph))), picture, 'A <b>"fan"</b>\u0000');
  return { svg, document: new DOMParser().parseFromString(svg, 'image/svg+xml') as unknown as Document };
}

describe('pictures', () => {
  it('Folded_siblings_are_told_by_counts', () => {
    const { svg } = drawn();
    expect(svg).toContain('40 stages');
    expect(svg).toContain('>12/40<');
    expect(svg).toContain('>1.2 s<');
  });

  it('Open_box_shows_each_of_its_stages', () => {
    const { svg } = drawn(['fold:b0']);
    for (let i = 0; i < 40; i++) expect(svg).toContain(`>b${i}<`);
  });

  it('Stage_that_was_rolled_back_says_so', () => {
    const looks = new StageLooks(someState([someStage('a', { status: 'completed', undo: 'completed' }), someStage('b', { status: 'failed' })]));
    const graph = unitsOf(someGraph('a>b'), new Set(), looks.instancesOf);
    const picture: Picture = { looks, colours: coloursOf(document.documentElement), selected: null, related: null, focus: null, found: null, offered: null, now: 0, shift: null, fit: (text) => text };
    const svg = svgOf(new Scene(graph, layoutOf(inputOf(graph))), picture, 'A');
    expect(svg).toContain('>Rolled back<');
    expect(svg).toContain('>↶<');
    expect(svg).not.toContain('>Completed<');
    expect(endedOf(looks.tally(graph.units[0]!))).toBe(1);
  });

  it('Way_that_a_branch_did_not_take_is_dashed_and_says_so', () => {
    const ways = { ...someGraph('choose>large:when x', 'choose>small:otherwise') };
    const graphOf = (looks: StageLooks) => unitsOf({ ...ways, edges: ways.edges.map((edge) => ({ ...edge, kind: 'branch' as const })) }, new Set(), looks.instancesOf);
    const svgWith = (looks: StageLooks) => {
      const graph = graphOf(looks);
      return svgOf(new Scene(graph, layoutOf(inputOf(graph))), { looks, colours: coloursOf(document.documentElement), selected: null, related: null, focus: null, found: null, offered: null, now: 0, shift: null, fit: (text) => text }, 'A');
    };
    const stages = [someStage('large', { status: 'skipped', reason: 'branch_not_taken' }), someStage('small')];
    const chosen = svgWith(new StageLooks(someState([someStage('choose', { type: 'branch', status: 'completed', output: { taken: 'small' } }), ...stages])));
    expect(chosen.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(chosen).toContain('>not taken · when x<');
    expect(chosen).toContain('>otherwise<');

    // Before the choice, and of one that the log does not tell, nothing is guessed.
    for (const branch of [{ status: 'running' as const }, { status: 'completed' as const, output: { ref: 'sha256:0' } }, { status: 'failed' as const }]) {
      const open = svgWith(new StageLooks(someState([someStage('choose', { type: 'branch', ...branch }), ...stages])));
      expect(open).not.toContain('not taken');
      expect(open).not.toContain('stroke-dasharray');
    }
  });

  it('Hostile_names_are_text', () => {
    const { svg } = drawn();
    expect(svg).toContain('<title>A &lt;b&gt;&quot;fan&quot;&lt;/b&gt;\ufffd</title>');
    expect(svg).not.toContain('<b>');
  });

  it('File_is_one_well_formed_element', () => {
    const { svg, document } = drawn();
    expect(document.querySelector('parsererror')).toBeNull();
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
    expect(svg).not.toContain('NaN');
  });

  it('Images_stay_within_what_browsers_hold', () => {
    expect(imageScale(500, 300)).toBe(2);
    const [width, height] = [2_000_000, 800];
    const scale = imageScale(width, height);
    expect(width * scale).toBeLessThanOrEqual(16_000);
    expect(width * height * imageScale(width, height) ** 2).toBeLessThanOrEqual(60_000_001);
  });

  it.each([['Nightly build & release', 'Nightly-build-release.svg'], ['../../etc/passwd', 'etc-passwd.svg'], ['', 'graph.svg'], ['Übung 7', 'Übung-7.svg']])('File_of_%s_is_%s', (name, file) =>
    expect(fileName(name, 'svg')).toBe(file));
});

describe('looks', () => {
  const looks = new StageLooks(someState([someStage('each', { status: 'running', count: 3, instances: [someStage('each[0]', { status: 'completed' }), someStage('each[1]', { status: 'running', startTime: 1000 }), someStage('each[2]')] })]));

  it('Instances_are_found_and_counted', () => {
    expect(looks.of('each[1]')?.status).toBe('running');
    expect(looks.instancesOf('each')).toBe(3);
    const [unit] = unitsOf(someGraph('each'), new Set(), looks.instancesOf).units;
    const tally = looks.tally(unit!);
    expect(tallyText(tally)).toBe('1 running, 1 pending, 1 completed');
    expect(endedOf(tally)).toBe(1);
  });

  it('Time_of_what_runs_goes_on_with_the_clock', () => {
    expect(timeOf(looks.of('each[1]')!, 3500)).toBe(2500);
    expect(timeOf(looks.of('each[2]')!, 3500)).toBeNull();
    expect(timeOf(someStage('a', { status: 'completed', duration: 12.5 }), 99)).toBe(12.5);
  });
});
