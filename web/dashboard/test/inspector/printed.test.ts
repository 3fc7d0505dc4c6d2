import type { ExecutionEvent } from '@sightglass/client';
import { describe, expect, it } from 'vitest';
import { keptText, PrintedText } from '../../src/features/inspector/printed.js';

const encoder = new TextEncoder();
const output = (text: string, offset: number, stage = 'a', attempt = 1): ExecutionEvent =>
  ({ seq: 1, time: '', executionId: '', type: 'stage.output', stage, attempt, data: { text, stream: 'output', offset } }) as ExecutionEvent;

describe('What a stage prints', () => {
  it.each([1, 2, 3, 4, 5])('is whole and once, however what was read and what came meet (%i)', (seed) => {
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    const pieces = Array.from({ length: 60 }, (_, i) => `${i} größer\n漢 👩 `.slice(random(4)).replace(/^[\udc00-\udfff]/, ''));
    let offset = 0;
    const events = pieces.map((text) => {
      const event = output(text, offset);
      offset += encoder.encode(text).length;
      return event;
    });
    const whole = pieces.join('');
    const printed = new PrintedText('a', 1);
    const heard = random(60);
    printed.take(events.slice(heard, heard + 5));
    const known = encoder.encode(pieces.slice(0, heard + random(10)).join(''));
    const from = Math.min(known.length, random(50));
    const skip = from === 0 ? 0 : Math.max(0, known.subarray(from, from + 4).findIndex((byte) => (byte & 0xc0) !== 0x80));
    printed.begin({ from: from + skip, text: new TextDecoder().decode(known.subarray(from + skip)), total: known.length }, 0);
    printed.take(events.slice(Math.max(0, heard - random(5))));
    if (printed.hasGap) printed.begin({ from: from + skip, text: new TextDecoder().decode(encoder.encode(whole).subarray(from + skip)), total: offset }, 0);
    expect(printed.text).toBe(new TextDecoder().decode(encoder.encode(whole).subarray(from + skip)));
    expect([printed.end, printed.hasGap]).toEqual([offset, false]);
  });

  it('is that of one attempt of one stage', () => {
    const printed = new PrintedText('a', 2);
    printed.begin({ from: 0, text: '', total: 0 }, 0);
    expect(printed.take([output('x', 0, 'b', 2), output('y', 0, 'a', 1)])).toBe(false);
    expect(printed.take([output('z', 0, 'a', 2)])).toBe(true);
    expect(printed.text).toBe('z');
  });

  it('is kept to a bound, and what stands before can be put in front again', () => {
    const printed = new PrintedText('a', 1);
    printed.begin({ from: 0, text: '', total: 0 }, 0);
    const line = `${'x'.repeat(99)}\n`;
    for (let i = 0; i < 20_000; i++) printed.take([output(line, i * 100)]);
    expect(printed.text.length).toBeLessThanOrEqual(2 * keptText);
    expect(printed.from + printed.text.length).toBe(2_000_000);
    const { from } = printed;
    printed.prepend({ from: from - 100, text: line, total: 0 });
    expect(printed.from).toBe(from - 100);
  });

  it('says up to which event it is whole: what was read, and what was heard since without a gap', () => {
    const at = (seq: number) => ({ ...output('x', seq - 1), seq });
    const printed = new PrintedText('a', 1);
    printed.take([at(4), at(5)]);
    expect(printed.seq).toBe(0);
    printed.take([at(6)]);
    printed.begin({ from: 0, text: 'xxx', total: 3 }, 3);
    expect([printed.seq, printed.text]).toEqual([6, 'xxxxxx']);
    printed.take([at(9)]);
    expect([printed.seq, printed.hasGap]).toEqual([6, true]);
    printed.begin({ from: 0, text: 'xxxxxxxx', total: 8 }, 8);
    expect([printed.seq, printed.text, printed.hasGap]).toEqual([9, 'x'.repeat(9), false]);
  });
});
