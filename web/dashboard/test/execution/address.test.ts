import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../src/features/execution/address.js';
import { readFilter } from '../../src/shared/lines/address.js';

describe('address of the viewer', () => {
  const all = '?tab=graph&stage=check%5B2%5D&line=7&at=41&draw=gantt&look=logs&in=a&in=b%5B1%5D&level=error%2Cwarning&stream=error&q=no+space';
  test('says all that is shown, and is read back the same', () => expect(writeAddress(readAddress(new URLSearchParams(all)), new URLSearchParams(all))).toBe(all));
  test('lets no line count by what makes no sense', () => {
    expect(readFilter(new URLSearchParams(readAddress(new URLSearchParams(`level=loud,error,error&stream=tape&in=&q=${'x'.repeat(999)}`)).lines))).toEqual({ stages: [], levels: ['error'], stream: null, text: 'x'.repeat(200) });
  });
  test('leaves out what is as it begins, and keeps what is not its own', () => {
    expect(writeAddress(readAddress(new URLSearchParams('tab=timeline&draw=list&at=-3&stage=')), new URLSearchParams('other=x&stage=a'))).toBe('?other=x');
  });
});
