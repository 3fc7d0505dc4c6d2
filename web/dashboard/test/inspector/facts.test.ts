import { readFileSync } from 'node:fs';
import type { ExecutionEvent } from '@sightglass/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { keptFacts, StageFacts } from '../../src/features/inspector/facts.js';
import { hints } from '../../src/features/inspector/hints.js';
import { Sections } from '../../src/features/inspector/sections.js';
import { cutAtLines, isReference, printedAs, viewsOf } from '../../src/features/inspector/value.js';
import { answerText, traitsOf, undoText } from '../../src/features/inspector/words.js';

const read = (name: string) => readFileSync(`../../tests/contracts/logs/${name}.ndjson`, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as ExecutionEvent);

describe('Facts of a stage', () => {
  it('are those of its events', () => {
    const facts = new StageFacts('analyze');
    expect(facts.take(read('agents'))).toBe(true);
    expect(facts.told.personality?.['name']).toBe('Analytical Researcher');
    expect(facts.told.slug).toBe('analyst');
    expect(facts.told.tools.map((call) => call.tool)).toEqual(['search']);
    expect(facts.told.memories.map((memory) => memory.operation)).toEqual(['recall', 'write']);
    expect(facts.attempt(1)?.worker?.host).toBe('worker-1');
    expect(facts.told.messages).toEqual([]);
  });

  it('are told once, and as another object when something is new', () => {
    const facts = new StageFacts('agree');
    const events = read('agents');
    facts.take(events.slice(0, 15));
    const before = facts.told;
    expect(facts.take(events.slice(0, 15))).toBe(false);
    expect(facts.told).toBe(before);
    facts.take(events);
    expect(facts.told.messages.map((message) => message.kind)).toEqual(['request', 'response', 'delegation', 'escalation']);
    expect(facts.told).not.toBe(before);
  });

  it('hold why a rollback failed, until the stage starts anew', () => {
    const facts = new StageFacts('deploy');
    const event = (seq: number, type: string, data: object) => ({ seq, time: `t${seq}`, executionId: '', type, stage: 'deploy', attempt: 1, data }) as unknown as ExecutionEvent;
    facts.take([event(1, 'stage.started', { worker: null, input: null }), event(2, 'stage.undo.failed', { error: { code: 'exit_code', message: 'It ended with 3.' }, duration: 1 })]);
    expect(undoText('failed', facts.told.undoError)).toBe('its work could not be taken back: It ended with 3.');
    facts.take([event(3, 'stage.started', { worker: null, input: null })]);
    expect(facts.told.undoError).toBeNull();
    expect(undoText('completed', null)).toBe('its work was taken back');
  });

  it('hold what people answered, with their words and when', () => {
    const facts = new StageFacts('publish');
    const answer = (seq: number, type: string, data: object) => ({ seq, time: `t${seq}`, executionId: '', type, stage: 'publish', data }) as unknown as ExecutionEvent;
    facts.take([
      answer(1, 'approval.rejected', { trigger: 1, by: 'ada', comment: 'Not on a Friday' }), answer(2, 'approval.granted', { trigger: 1, by: 'bob' }),
      answer(3, 'approval.rejected', { trigger: 1, by: 'timeout' }),
    ]);
    expect(facts.told.answers.map((one) => `${one.time} ${answerText(one)}`)).toEqual(['t1 Rejected by ada: Not on a Friday', 't2 Approved by bob', 't3 Rejected, since nobody answered in time']);
  });

  it('are bounded, and say how many were too old', () => {
    const facts = new StageFacts('a');
    facts.take(Array.from({ length: keptFacts + 7 }, (_, i) => ({ seq: i + 1, time: '', executionId: '', type: 'agent.tool', stage: 'a', attempt: 1, data: { tool: `t${i}`, arguments: {}, result: null, duration: 1 } }) as unknown as ExecutionEvent));
    expect([facts.told.tools.length, facts.told.tools[0]?.tool, facts.told.dropped]).toEqual([keptFacts, 't7', 7]);
  });
});

describe('Hints', () => {
  it('are what the list of errors says', () => {
    const listed = new Map([...readFileSync('../../docs/reference/errors.md', 'utf8').matchAll(/^\| `(\w+)` \| .*? \| (.*?) \|$/gm)].toReversed().map(([, code, hint]) => [code!, hint!.replaceAll('`', '')]));
    for (const [code, hint] of Object.entries(hints)) expect(listed.get(code), code).toBe(hint);
    expect(Object.keys(hints).length).toBeGreaterThan(30);
  });
});

describe('Sections', () => {
  beforeEach(() => localStorage.clear());

  it('are open as the reader left them', () => {
    const sections = new Sections();
    expect([sections.isOpen('status'), sections.isOpen('input')]).toEqual([true, false]);
    sections.set('status', false);
    sections.set('input', true);
    expect(['status', 'input', 'output'].map((key) => new Sections().isOpen(key))).toEqual([false, true, true]);
    sections.set('status', true);
    expect(new Sections().isOpen('status')).toBe(true);
  });

  it('begin as they do where what is stored cannot be read', () => {
    localStorage.setItem('sightglass.inspector', '{');
    expect(new Sections().isOpen('status')).toBe(true);
  });
});

describe('Values', () => {
  it('are references where they have their shape', () => {
    expect([{ ref: 'sha256:0', bytes: 1, preview: '' }, { ref: 'a', bytes: 1 }, { ref: 'a', bytes: '1', preview: '' }, null, 'x', { ref: 'a', bytes: 1, preview: '', more: 1 }].map(isReference)).toEqual([true, false, false, false, false, false]);
  });

  it('are shown as what they look like', () => {
    expect([{ a: 1 }, 'plain words', '# A heading', 5, [], null].map((value) => viewsOf(value)[0])).toEqual(['json', 'raw', 'markdown', 'raw', 'json', 'raw']);
  });

  it('are printed as a terminal leaves them, in pieces that join to the whole', () => {
    expect(printedAs('a\r\n10%\r50%\r100%\nb\r')).toBe('a\n100%\nb\r');
    const text = 'line\n'.repeat(100) + 'x'.repeat(1000);
    const pieces = cutAtLines(text, 64);
    expect(pieces.join('')).toBe(text);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(128);
  });

  it('tell the traits of a personality by their names', () => {
    expect(traitsOf({ name: 'x', tone: 'dry', constraints: ['a', 'b'], odd: { a: 1 }, none: null })).toEqual([['Tone', 'dry'], ['Constraints', 'a; b'], ['odd', '{"a":1}']]);
  });
});
