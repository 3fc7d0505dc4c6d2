import { expect, test } from 'vitest';
import { providerAddress, refusalOf } from '../../src/features/login/ways.js';

test('Address_of_the_provider_names_the_page_that_is_shown_afterwards', () => {
  expect(providerAddress('/api/auth/oidc/login', '/executions?status=failed&x=1#a')).toBe('/api/auth/oidc/login?next=%2Fexecutions%3Fstatus%3Dfailed%26x%3D1%23a');
});

test('Refusal_is_told_in_words_whatever_the_code', () => {
  expect(refusalOf(null)).toBe('');
  expect(refusalOf('oidc_disabled')).toContain('disabled');
  for (const code of ['oidc_new', '', 'constructor', '<b>']) expect(refusalOf(code)).toBe('The sign-in by the provider did not work. Try again.');
});
