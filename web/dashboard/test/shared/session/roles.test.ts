import { expect, test } from 'vitest';
import { hasRole, safeNext } from '../../../src/shared/session/roles.js';
import type { Caller, Role } from '../../../src/shared/session/roles.js';

const caller = (role: Role, grants: Record<string, Role> = {}): Caller => ({ name: 'ada', organization: 'default', role, kind: 'session', grants });

test.each([
  ['viewer', 'viewer', true], ['viewer', 'operator', false], ['admin', 'author', true], ['none', 'viewer', false],
] as const)('Role_%s_may_do_what_%s_may_%s', (held, needed, may) => {
  expect(hasRole(caller(held), needed)).toBe(may);
});

test('Grant_counts_on_its_pipeline_alone', () => {
  const ada = caller('viewer', { deploy: 'operator' });
  expect([hasRole(ada, 'operator', 'deploy'), hasRole(ada, 'operator', 'other'), hasRole(ada, 'operator')]).toEqual([true, false, false]);
});

test('Nobody_may_anything', () => {
  expect(hasRole(null, 'none')).toBe(false);
});

test.each([
  ['/executions?q=a#b', '/executions?q=a#b'], [null, '/'], ['', '/'], ['https://evil.example', '/'], ['//evil.example', '/'], ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'], ['/login?next=/login', '/'], ['/logins', '/logins'],
])('Login_leads_to_a_page_of_the_dashboard_when_next_is_%s', (next, to) => {
  expect(safeNext(next)).toBe(to);
});
