import { expect, test, vi } from 'vitest';
import { providerAddress, readSoon, refusalOf } from '../../src/features/login/ways.js';

test('Address_of_the_provider_names_the_page_that_is_shown_afterwards', () => {
  expect(providerAddress('/api/auth/oidc/login', '/executions?status=failed&x=1#a')).toBe('/api/auth/oidc/login?next=%2Fexecutions%3Fstatus%3Dfailed%26x%3D1%23a');
});

test('Refusal_is_told_in_words_whatever_the_code', () => {
  expect(refusalOf(null)).toBe('');
  expect(refusalOf('oidc_disabled')).toContain('disabled');
  for (const code of ['oidc_new', '', 'constructor', '<b>']) expect(refusalOf(code)).toBe('The sign-in by the provider did not work. Try again.');
});

test('Server_that_takes_long_to_say_how_one_signs_in_fails_and_says_so', async () => {
  vi.useFakeTimers();
  try {
    let isAborted = false;
    const never = (signal: AbortSignal) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => {
      isAborted = true;
      reject(signal.reason as Error);
    }));
    const reading = readSoon(new AbortController().signal, never);
    const refused = expect(reading).rejects.toThrow('The server has not answered for 8 seconds.');
    await vi.advanceTimersByTimeAsync(7_999);
    expect(isAborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    await expect(readSoon(new AbortController().signal, () => Promise.resolve('soon'))).resolves.toBe('soon');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
