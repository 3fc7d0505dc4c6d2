import { ApiError } from '@sightglass/client';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Draft, DraftPlace } from '../../../src/features/pipelines/editor/drafts.js';
import { Editing } from '../../../src/features/pipelines/editor/editing.svelte.js';
import type { EditingServer, ReadFile } from '../../../src/features/pipelines/editor/editing.svelte.js';
import type { PlacedProblem } from '../../../src/features/pipelines/pipelines.js';

/** A folder with one file; what comes over a request is up to the test. */
class SomeServer implements EditingServer {
  file: ReadFile | null = { text: 'theirs', tag: '"1"' };
  problems: readonly PlacedProblem[] = [];
  saves: string[] = [];
  /** Waited for before anything is done. */
  before: () => Promise<void> | void = () => {};
  /** Waited for when all is done, before the answer. */
  after: () => Promise<void> | void = () => {};
  #tags = 1;

  async check(): Promise<readonly PlacedProblem[]> {
    await this.before();
    return this.problems;
  }

  async save(text: string, tag: string | null): Promise<string> {
    this.saves.push(text);
    await this.before();
    if ((this.file?.tag ?? null) !== tag) throw new ApiError(412, 'precondition_failed', 'The file has changed.');
    this.put(text);
    const saved = this.file!.tag!;
    await this.after();
    return saved;
  }

  async read(): Promise<ReadFile | null> {
    const { file } = this;
    await this.before();
    return file;
  }

  put(text: string | null): void {
    this.file = text === null ? null : { text, tag: `"${++this.#tags}"` };
  }
}

function somePlace(): DraftPlace & { draft: Draft | null } {
  return { draft: null, get() { return this.draft; }, put(draft) { this.draft = draft; }, delete() { this.draft = null; } };
}

/** Something that is waited for until it is let go. */
function held() {
  let letGo!: () => void;
  const wait = new Promise<void>((resolve) => (letGo = resolve));
  return { wait: () => wait, letGo };
}

const away = () => Promise.reject(new ApiError(0, 'unreachable', 'The server does not answer.'));

let server: SomeServer;
let place: ReturnType<typeof somePlace>;
const ends: (() => void)[] = [];

/** Opens the file, as the page does when it is come back to. */
function open(file: ReadFile | null = server.file, kept: DraftPlace | null = place): Editing {
  let editing!: Editing;
  ends.push($effect.root(() => void (editing = new Editing(server, file, kept))));
  flushSync();
  return editing;
}

function close() {
  for (const end of ends.splice(0)) end();
}

function write(editing: Editing, text: string) {
  editing.text = text;
  flushSync();
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new SomeServer();
  place = somePlace();
});
afterEach(() => {
  close();
  vi.useRealTimers();
});

describe('News of the file', () => {
  test('Text_stays_and_is_told_to_be_outdated_when_somebody_else_has_saved', async () => {
    const editing = open();
    write(editing, 'mine');
    server.put('newer');
    await editing.look();
    flushSync();
    expect([editing.text, editing.isOutdated, editing.isGone]).toEqual(['mine', true, false]);
    expect(place.draft?.text).toBe('mine');
  });

  test('Newer_file_is_shown_where_nothing_was_written', async () => {
    const editing = open();
    server.put('newer');
    await editing.look();
    expect([editing.text, editing.isTheirs, editing.isChanged, editing.isOutdated]).toEqual(['newer', true, false, false]);
    write(editing, 'newer, mine');
    expect(await editing.save()).toBe(true);
    expect(server.file?.text).toBe('newer, mine');
  });

  test('What_is_typed_while_a_look_is_under_way_stays', async () => {
    const editing = open();
    server.put('newer');
    const answer = held();
    server.before = answer.wait;
    const look = editing.look();
    write(editing, 'mine');
    answer.letGo();
    await look;
    expect([editing.text, editing.isOutdated]).toEqual(['mine', true]);
  });

  test('Look_that_began_before_a_save_says_nothing_after_it', async () => {
    const editing = open();
    const answer = held();
    server.before = answer.wait;
    const look = editing.look();
    server.before = () => {};
    write(editing, 'mine');
    expect(await editing.save()).toBe(true);
    answer.letGo();
    await look;
    expect([editing.text, editing.isChanged, editing.isOutdated]).toEqual(['mine', false, false]);
  });

  test('Deleted_file_stays_to_be_seen_and_what_was_written_can_make_it_anew', async () => {
    const untouched = open();
    server.put(null);
    await untouched.look();
    expect([untouched.text, untouched.isChanged]).toEqual(['theirs', false]);
    write(untouched, 'mine');
    expect(await untouched.save()).toBe(false);
    expect([untouched.text, untouched.isOutdated, untouched.isGone]).toEqual(['mine', true, true]);
    expect(await untouched.saveOver()).toBe(true);
    expect([server.file?.text, untouched.isOutdated, untouched.isGone, place.draft]).toEqual(['mine', false, false, null]);
  });

  test('Reader_without_the_right_to_write_sees_the_newer_file', async () => {
    const editing = open(server.file, null);
    server.put('newer');
    await editing.look();
    expect(editing.text).toBe('newer');
  });
});

describe('Saves', () => {
  test('Conflict_keeps_the_text_until_one_or_the_other_is_chosen', async () => {
    const editing = open();
    write(editing, 'mine');
    server.put('newer');
    expect(await editing.save()).toBe(false);
    expect([editing.text, editing.isOutdated, server.file?.text, place.draft?.text]).toEqual(['mine', true, 'newer', 'mine']);
    editing.throwAway();
    expect([editing.text, editing.isChanged, place.draft]).toEqual(['newer', false, null]);
    write(editing, 'mine');
    expect(editing.isOutdated).toBe(false);
    expect(await editing.save()).toBe(true);
  });

  test('Save_over_writes_what_was_refused_and_is_refused_again_by_a_still_newer_file', async () => {
    const editing = open();
    write(editing, 'mine');
    server.put('newer');
    await editing.save();
    server.put('newest');
    expect(await editing.saveOver()).toBe(false);
    expect([editing.isOutdated, server.file?.text]).toEqual([true, 'newest']);
    expect(await editing.saveOver()).toBe(true);
    expect(server.file?.text).toBe('mine');
  });

  test('Save_whose_answer_was_lost_is_no_conflict_with_oneself', async () => {
    const editing = open();
    write(editing, 'mine');
    server.after = away;
    expect(await editing.save()).toBe(false);
    expect((editing.error as ApiError).code).toBe('unreachable');
    expect(place.draft?.text).toBe('mine');
    server.after = () => {};
    expect(await editing.save()).toBe(true);
    expect([editing.isOutdated, editing.error, place.draft]).toEqual([false, undefined, null]);
  });

  test('Save_whose_answer_was_lost_is_found_by_the_next_look', async () => {
    const editing = open();
    write(editing, 'mine');
    server.after = away;
    await editing.save();
    server.after = () => {};
    await editing.look();
    expect([editing.isChanged, editing.isOutdated, editing.error, place.draft]).toEqual([false, false, undefined, null]);
  });

  test('What_is_typed_while_a_save_is_under_way_is_a_draft_of_what_was_saved', async () => {
    const editing = open();
    write(editing, 'first');
    const answer = held();
    server.after = answer.wait;
    const save = editing.save();
    write(editing, 'first and second');
    answer.letGo();
    expect(await save).toBe(true);
    expect(editing.isChanged).toBe(true);
    close();
    const again = open();
    expect([again.text, again.isOutdated]).toEqual(['first and second', false]);
  });

  test.each([['first', 'first and second'], ['first, and typed on', 'third']])('Save_that_ends_when_%j_was_left_leaves_alone_what_has_been_typed_since', async (left, since) => {
    const editing = open();
    write(editing, 'first');
    const answer = held();
    server.after = answer.wait;
    const save = editing.save();
    write(editing, left);
    close();
    write(open(), since);
    answer.letGo();
    expect(await save).toBe(true);
    expect(place.draft?.text).toBe(since);
  });

  test('Save_that_ends_when_the_page_was_left_takes_its_draft_away', async () => {
    const editing = open();
    write(editing, 'first');
    const answer = held();
    server.after = answer.wait;
    const save = editing.save();
    close();
    answer.letGo();
    expect(await save).toBe(true);
    expect(place.draft).toBeNull();
  });

  test('Save_that_is_asked_for_while_one_is_under_way_follows_it', async () => {
    const editing = open();
    write(editing, 'first');
    const answer = held();
    server.after = answer.wait;
    const save = editing.save();
    write(editing, 'second');
    expect(await editing.save()).toBe(false);
    server.after = () => {};
    answer.letGo();
    expect(await save).toBe(true);
    expect([server.saves, server.file?.text, editing.isChanged]).toEqual([['first', 'second'], 'second', false]);
  });

  test('Refusal_is_told_with_its_reason_and_the_draft_is_kept', async () => {
    const problem: PlacedProblem = { code: 'unknown_member', severity: 'error', message: 'stagse is unknown.', suggestion: 'Write stages.', path: '', file: 'wrong.yaml', line: 2, column: 1 };
    const editing = open();
    write(editing, 'wrong');
    server.before = () => Promise.reject(new ApiError(400, 'invalid_pipeline', 'Nothing was written.', { problems: [problem] }));
    expect(await editing.save()).toBe(false);
    expect([editing.isRefused, editing.problems, editing.text, place.draft?.text]).toEqual([true, [problem], 'wrong', 'wrong']);
    write(editing, 'mended');
    expect([editing.isRefused, editing.error]).toEqual([false, undefined]);
  });

  test.each([[401, 'unauthenticated'], [403, 'forbidden'], [503, 'unavailable']] as const)('Answer_%i_leaves_text_and_draft', async (status, code) => {
    const editing = open();
    write(editing, 'mine');
    server.before = () => Promise.reject(new ApiError(status, code, 'No.'));
    expect(await editing.save()).toBe(false);
    expect((editing.error as ApiError).code).toBe(code);
    close();
    server.before = () => {};
    expect(open().text).toBe('mine');
  });

  test('Conflict_that_cannot_be_looked_at_is_told_and_tried_again', async () => {
    const editing = open();
    write(editing, 'mine');
    server.put('newer');
    server.read = away;
    expect(await editing.save()).toBe(false);
    expect([(editing.error as ApiError).status, editing.isOutdated, editing.text]).toEqual([412, false, 'mine']);
  });
});

describe('New files', () => {
  const begun: ReadFile = { text: 'template', tag: null };

  test('Id_that_is_taken_is_told_and_the_draft_is_kept', async () => {
    const editing = open(begun);
    write(editing, 'mine');
    expect(await editing.save()).toBe(false);
    expect([editing.isTaken, editing.isOutdated, editing.text, place.draft?.text, server.file?.text]).toEqual([true, false, 'mine', 'mine', 'theirs']);
    write(editing, 'mine, of another id');
    expect(editing.isTaken).toBe(false);
  });

  test('New_file_whose_answer_was_lost_is_found', async () => {
    server.file = null;
    const editing = open(begun);
    write(editing, 'mine');
    server.after = away;
    expect(await editing.save()).toBe(false);
    server.after = () => {};
    expect(await editing.save()).toBe(true);
    expect([editing.isNew, editing.isChanged]).toEqual([false, false]);
  });

  test('What_is_typed_while_it_is_saved_moves_to_the_place_of_the_file', async () => {
    server.file = null;
    const editing = open(begun);
    write(editing, 'mine');
    const answer = held();
    server.after = answer.wait;
    const save = editing.save();
    write(editing, 'mine and more');
    answer.letGo();
    expect(await save).toBe(true);
    const own = somePlace();
    editing.moveTo(own);
    expect([place.draft, own.draft?.text]).toEqual([null, 'mine and more']);
    write(editing, 'mine and still more');
    expect([place.draft, own.draft?.text]).toEqual([null, 'mine and still more']);
    close();
    const again = open(server.file, own);
    expect([again.text, again.isOutdated]).toEqual(['mine and still more', false]);
  });
});

describe('Drafts', () => {
  test('Draft_of_a_file_that_has_been_deleted_comes_back_and_can_make_it_anew', async () => {
    write(open(), 'mine');
    close();
    server.put(null);
    const editing = open(null);
    expect([editing.text, editing.isOutdated, editing.isGone, editing.isNew]).toEqual(['mine', true, true, false]);
    expect(await editing.saveOver()).toBe(true);
    expect([server.file!.text, place.draft]).toEqual(['mine', null]);
  });

  test('Draft_that_is_back_becomes_outdated_when_somebody_else_saves', async () => {
    write(open(), 'mine');
    close();
    const editing = open();
    expect([editing.draftAt !== null, editing.isOutdated]).toEqual([true, false]);
    server.put('newer');
    await editing.look();
    expect([editing.draftAt !== null, editing.isOutdated, editing.text]).toEqual([true, true, 'mine']);
  });
});

describe('Checks', () => {
  test('Check_that_had_no_answer_is_made_again_and_one_that_was_refused_is_not', async () => {
    const editing = open();
    const check = vi.spyOn(server, 'check');
    check.mockImplementation(away);
    write(editing, 'mine');
    await vi.advanceTimersByTimeAsync(400);
    expect([editing.checked, (editing.checkError as ApiError).code]).toEqual(['failed', 'unreachable']);
    check.mockRestore();
    await vi.advanceTimersByTimeAsync(6000);
    expect(editing.checked).toBe('done');
    const refusing = vi.spyOn(server, 'check').mockRejectedValue(new ApiError(413, 'body_too_large', 'Too long.'));
    write(editing, 'long');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([editing.checked, refusing.mock.calls.length]).toEqual(['failed', 1]);
  });
});
