import { describe, expect, test } from 'vitest';
import { bytes, clock, count, duration, money, percent, several } from '../../src/shared/format.js';

describe('format', () => {
  test.each([
    [0, '0 ms'], [999.4, '999 ms'], [999.6, '1.0 s'], [12_100, '12.1 s'], [59_949, '59.9 s'], [59_951, '1 min 00 s'], [185_000, '3 min 05 s'],
    [3_599_499, '59 min 59 s'], [3_600_000, '1 h 00 min'], [90_000_000, '1 d 1 h'], [-5, '0 ms'], [null, '–'], [NaN, '–'],
  ])('duration of %s ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  test.each([[0, '00:00'], [83_000, '01:23'], [3_723_000, '1:02:03'], [null, '--:--']])('clock of %s ms is %s', (ms, text) => expect(clock(ms)).toBe(text));

  test.each([[0, '$0'], [0.0132, '$0.0132'], [1.2, '$1.20'], [0.9999, '$1.00'], [null, '–']])('money of %s is %s', (dollars, text) =>
    expect(money(dollars)).toBe(text));

  test.each([[0, '0 B'], [1023, '1023 B'], [1024, '1.0 KB'], [1_468_006, '1.4 MB'], [157_286_400, '150 MB']])('bytes of %s is %s', (value, text) =>
    expect(bytes(value)).toBe(text));

  test.each([[null, '–'], [1, '100 %'], [0.9999, '99 %'], [0.5, '50 %'], [0.995, '99 %'], [0.0001, '1 %'], [0, '0 %']])('share %s is %s', (share, text) => expect(percent(share)).toBe(text));

  test.each([[0, '0 stages'], [1, '1 stage'], [2, '2 stages'], [1204, '1,204 stages']])('%s of a stage are %s', (value, text) => expect(several(value, 'stage')).toBe(text));

  test('count sets thousands apart', () => expect(count(1_204_118)).toBe('1,204,118'));
});
