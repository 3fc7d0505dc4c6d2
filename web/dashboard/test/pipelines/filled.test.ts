import { expect, test } from 'vitest';
import { filledPlace } from '../../src/features/pipelines/filled.js';

const ada = { organization: 'default', name: 'ada' };
const filled = (text: string) => ({ texts: { topic: text }, labels: '', priority: 'medium' });

test('Form_is_there_again_for_who_filled_it_in_until_it_is_sent', () => {
  filledPlace(ada, 'hello', null).put(filled('tea'));
  expect(filledPlace(ada, 'hello', null).get()).toEqual(filled('tea'));
  for (const other of [filledPlace(null, 'hello', null), filledPlace({ ...ada, name: 'bob' }, 'hello', null), filledPlace(ada, 'other', null), filledPlace(ada, 'hello', 'x')]) expect(other.get()).toBeNull();
  filledPlace(ada, 'hello', null).delete();
  expect(filledPlace(ada, 'hello', null).get()).toBeNull();
});

test('Oldest_forms_go_beyond_twenty', () => {
  for (let i = 0; i < 20; i++) filledPlace(ada, `${i}`, null).put(filled('tea'));
  filledPlace(ada, '0', null).put(filled('again'));
  filledPlace(ada, 'new', null).put(filled('new'));
  expect(['0', '1', '2'].map((id) => filledPlace(ada, id, null).get()?.texts['topic'])).toEqual(['again', undefined, 'tea']);
});
