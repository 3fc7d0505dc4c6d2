import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync('src/app.css', 'utf8');
const tones = ['queued', 'running', 'success', 'failed', 'waiting', 'blocked', 'cancelled'];
const grounds = ['canvas', 'surface', 'raised', 'sunken', 'accent-soft'];

/** The tokens with a colour of one rule of app.css. */
function tokensOf(selector: string): Record<string, string> {
  const from = css.indexOf(`\n${selector} {`);
  const rule = css.slice(from, css.indexOf('\n}', from));
  return Object.fromEntries([...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

const light = tokensOf(':root');
const themes = { light, dark: { ...light, ...tokensOf(":root[data-theme='dark']") } };

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (more! + 0.05) / (less! + 0.05);
}

// What is written stands on each of the grounds, and the sign of a state on its mark.
const texts = [
  ...['ink', 'ink-soft', 'accent', 'running-ink', ...tones.map((tone) => `${tone}-ink`)].flatMap((ink) => grounds.map((ground) => [ink, ground] as const)),
  ...['canvas', 'surface', 'raised', 'sunken'].map((ground) => ['ink-faint', ground] as const),
  ...tones.map((tone) => [`${tone}-on`, tone] as const),
  ['accent-ink', 'accent'], ['danger-ink', 'danger'],
] as const;

describe.each(Object.entries(themes))('colours of the %s theme', (_, tokens) => {
  const lowOf = (pairs: readonly (readonly [string, string])[], least: number) => pairs.filter(([ink, ground]) => !(contrast(tokens[ink]!, tokens[ground]!) >= least)).map(([ink, ground]) => `${ink} on ${ground}: ${contrast(tokens[ink]!, tokens[ground]!).toFixed(2)}`);

  test('can be read', () => expect(lowOf(texts, 4.5)).toEqual([]));
  test('show what is pointed at', () => expect(lowOf(['focus', 'accent'].flatMap((line) => grounds.map((ground) => [line, ground] as const)), 3)).toEqual([]));
  test('of what runs can be read in white', () => expect(contrast('#ffffff', tokens['running-solid']!)).toBeGreaterThanOrEqual(4.5));
});

test('States have the same colours in pages of others', () => {
  const sheet = readFileSync('../client/src/look/style.ts', 'utf8');
  const shown = Object.fromEntries([...sheet.matchAll(/^(\S+)\{--state:(#[0-9a-f]{6})\}$/gm)].flatMap(([, names, value]) => names!.split(',').map((name) => [name.replace('.sg-', ''), value!])));
  expect(shown).toEqual({
    pending: light['cancelled'], disconnected: light['cancelled'], running: light['running'], completed: light['success'], connected: light['success'],
    failed: light['failed'], error: light['failed'], connecting: light['waiting'],
  });
});
