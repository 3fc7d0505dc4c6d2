// One execution, live: the state first, then its events from the start, folded here. What the server told first is
// shown until the fold has caught up with it.

import { get, post } from './api.js';
import { el, badge, setText, duration, clock } from './dom.js';
import { createFold, isTerminal } from './fold.js';
import { follow } from './follow.js';
import { OutputPane } from './output.js';
import { StageText } from './text.js';

const drawEvery = 50;
const maxInstances = 200;

export class ExecutionView {
  #id;
  #fold = createFold();
  #told = null;
  #waiting = [];
  #texts = new Map();
  #chosen = null;
  #mode = 'connecting';
  #last = 0;
  #parked = null;
  #drawing = 0;
  #tick = 0;
  #rows = new Map();
  #following = null;
  #closed = false;
  #onStatus;

  #title = el('h2', {});
  #status = el('span', { 'aria-live': 'polite', id: 'status' });
  #facts = el('span', { class: 'quiet facts' });
  #buttons = el('div', { class: 'row' });
  #error = el('p', { class: 'banner', role: 'alert', hidden: true });
  #refusal = el('p', { class: 'banner', role: 'alert', hidden: true });
  #stages = el('ul', { class: 'stages', 'aria-label': 'Stages' });
  #outputTitle = el('h3', {});
  #output = new OutputPane();
  #footer = el('footer', {}, '');

  /** @param {() => void} onStatus called when the execution's status changes */
  constructor(id, onStatus) {
    this.#id = id;
    this.#onStatus = onStatus;
    this.node = el('article', {},
      el('header', {}, el('div', { class: 'row' }, this.#title, this.#status, this.#facts), this.#buttons, this.#refusal, this.#error),
      el('div', { class: 'split' },
        el('section', { 'aria-label': 'Stages' }, this.#stages),
        el('section', { class: 'output', 'aria-label': 'Output' }, this.#outputTitle, this.#output.node)),
      this.#footer);
    this.#open();
  }

  close() {
    this.#closed = true;
    this.#following?.close();
    clearTimeout(this.#drawing);
    clearInterval(this.#tick);
  }

  async #open() {
    try {
      this.#told = await get(`/api/executions/${this.#id}`);
    } catch (error) {
      this.#error.hidden = false;
      this.#error.textContent = error.status === 404 ? 'There is no such execution.' : `It cannot be read: ${error.message}`;
      return;
    }
    if (this.#closed) return;
    this.#last = this.#told.seq;
    this.#draw();
    this.#following = follow(this.#id, {
      onEvents: (events) => this.#take(events),
      onMode: (mode, last) => {
        this.#mode = mode;
        if (last) this.#last = last;
        this.#drawSoon();
      },
      onParked: (reason) => {
        this.#parked = reason;
        this.#drawSoon();
      },
    });
  }

  #take(events) {
    this.#parked = null;
    for (const e of events) {
      this.#last = Math.max(this.#last, e.seq);
      if (this.#fold.missingPlan) this.#waiting.push(e);
      else this.#apply(e);
    }
    this.#drawSoon();
  }

  #apply(e) {
    this.#fold.apply(e);
    if (e.type === 'stage.output') {
      const key = `${e.stage}#${e.attempt ?? 0}`;
      if (!this.#texts.has(key)) this.#texts.set(key, new StageText());
      this.#texts.get(key).append(e.data.text, e.data.stream);
    }
    if (this.#fold.missingPlan) this.#loadPlan(this.#fold.missingPlan);
  }

  // A large plan is kept apart and fetched by range; events wait for it, since they change what it plans.
  async #loadPlan(reference) {
    let text = '';
    const step = 1024 * 1024;
    for (let offset = 0; ; offset += step) {
      const bytes = await (await fetch(`/api/values/${reference}?execution=${this.#id}&offset=${offset}&length=${step}`)).arrayBuffer();
      text += new TextDecoder().decode(bytes);
      if (bytes.byteLength < step) break;
    }
    this.#fold.applyPlan(JSON.parse(text));
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#take(waiting);
  }

  // A timer and not an animation frame, which does not come while the tab is hidden.
  #drawSoon() {
    this.#drawing ||= setTimeout(() => { this.#drawing = 0; this.#draw(); }, drawEvery);
  }

  #draw() {
    const state = this.#fold.seq >= this.#told.seq ? this.#fold.state() : this.#told;
    const now = Date.now();
    setText(this.#title, state.pipelineName);
    this.#drawStatus(state);
    const took = (state.endTime ?? now) - state.startTime;
    const parts = [duration(took), `${state.progress.completed}/${state.progress.total} stages`, `started ${clock(state.startTime)}`, state.id];
    if (state.cost > 0) parts.splice(2, 0, `$${state.cost}`);
    setText(this.#facts, parts.join(' · '));
    this.#error.hidden = !state.error && !this.#parked;
    if (this.#parked) setText(this.#error, `It stands still (${this.#parked.code}): ${this.#parked.message}`);
    else if (state.error) setText(this.#error, `${state.failedStage ? `Stage ${state.failedStage}: ` : ''}${state.error.message}`);
    this.#drawButtons(state);
    this.#drawStages(state, now);
    this.#drawOutput(state);
    const mode = this.#parked && (this.#mode === 'live' || this.#mode === 'polling') ? 'parked' : this.#mode;
    setText(this.#footer, `${{ live: '● live', polling: '◐ polling', connecting: '○ connecting', lost: '✕ connection lost, trying again', ended: '■ ended', parked: '■ stands still' }[mode]} · ${this.#fold.seq.toLocaleString()} of ${this.#last.toLocaleString()} events`);
    this.#footer.dataset.mode = mode;
    this.#keepTime(mode !== 'parked' && !(isTerminal(state.status) && mode === 'ended'));
    document.title = `${state.status} · ${state.pipelineName}`;
  }

  // Durations of what runs grow by themselves.
  #keepTime(isRunning) {
    if (isRunning) {
      this.#tick ||= setInterval(() => this.#drawSoon(), 500);
    } else {
      clearInterval(this.#tick);
      this.#tick = 0;
    }
  }

  #drawStatus(state) {
    const waits = state.group?.waiting ? ` waits for a slot of the concurrency group '${state.group.name}'` : '';
    const stands = this.#parked ? ' stands still' : '';
    const word = (state.cancelling ? 'cancelling' : state.status) + waits + stands;
    if (this.#status.dataset.word === word) return;
    if (this.#status.dataset.word) this.#onStatus();
    this.#status.dataset.word = word;
    this.#status.replaceChildren(badge(state.status), (state.cancelling ? ' cancelling' : waits) + stands);
  }

  #drawButtons(state) {
    const wanted = isTerminal(state.status)
      ? state.status === 'completed' ? [] : ['retry']
      : state.cancelling ? [] : [state.status === 'paused' ? 'resume' : 'pause', 'cancel'];
    const asked = flatten(state.stages).filter((s) => s.approvals.length > 0);
    const key = JSON.stringify([wanted, asked.map((s) => s.key)]);
    if (this.#buttons.dataset.key === key) return;
    this.#buttons.dataset.key = key;
    this.#buttons.replaceChildren(
      ...wanted.map((name) => el('button', { type: 'button', onclick: () => this.#command(name) }, name[0].toUpperCase() + name.slice(1))),
      ...asked.map((s) => el('span', { class: 'row ask' },
        `${s.name}: ${s.approvals[0].message ?? 'go on?'}`,
        el('button', { type: 'button', class: 'primary', onclick: () => this.#command('approve', { stage: s.key }) }, 'Approve'),
        el('button', { type: 'button', onclick: () => this.#command('reject', { stage: s.key }) }, 'Reject'))));
  }

  async #command(name, body) {
    if (name === 'cancel' && !confirm('Cancel this execution? Running stages are told to stop, and nothing new starts.')) return;
    try {
      await post(`/api/executions/${this.#id}/${name}`, body);
      this.#refusal.hidden = true;
      if (this.#mode === 'ended' && name === 'retry') this.#following.reopen();
    } catch (error) {
      this.#refusal.hidden = false;
      this.#refusal.textContent = error.message;
    }
  }

  #drawStages(state, now) {
    const seen = new Set();
    const shown = this.#shown(state);
    let previous = null;
    for (const stage of flatten(state.stages)) {
      seen.add(stage.key);
      let row = this.#rows.get(stage.key);
      if (!row) this.#rows.set(stage.key, (row = this.#makeRow(stage)));
      row.draw(stage, now, stage.key === shown);
      const wanted = previous ? previous.nextSibling : this.#stages.firstChild;
      if (row.node !== wanted) this.#stages.insertBefore(row.node, wanted);
      previous = row.node;
    }
    for (const [key, row] of this.#rows) {
      if (seen.has(key)) continue;
      row.node.remove();
      this.#rows.delete(key);
    }
  }

  #makeRow(stage) {
    const status = el('span', {});
    const about = el('span', { class: 'quiet' });
    const error = el('span', { class: 'error' });
    const time = el('span', { class: 'time' });
    const button = el('button', { type: 'button', class: 'stage', onclick: () => { this.#chosen = stage.key; this.#drawSoon(); } },
      status, el('span', { class: 'name' }, stage.key.endsWith(']') ? stage.key : stage.name), time, about, error);
    const node = el('li', { class: stage.key.endsWith(']') ? 'instance' : null }, button);
    let drawn = '';
    return {
      node,
      draw(s, now, isShown) {
        if (drawn !== s.status) status.replaceChildren(badge((drawn = s.status)));
        const running = s.status === 'running' && s.startTime !== null;
        setText(time, duration(running ? now - s.startTime : s.duration));
        const words = [s.type];
        if (s.attempt > 1) words.push(`attempt ${s.attempt}`);
        if (s.iteration > 0) words.push(`iteration ${s.iteration}`);
        if (s.instances) words.push(`${s.instances.filter((i) => isTerminal(i.status)).length} of ${s.count} done${s.count > maxInstances ? `, ${maxInstances} shown` : ''}`);
        if (s.waitingFor) words.push(`waits for ${s.waitingFor}`);
        if (s.reason) words.push(s.reason.replaceAll('_', ' '));
        setText(about, words.join(' · '));
        setText(error, s.error?.message ?? '');
        button.setAttribute('aria-pressed', String(isShown));
      },
    };
  }

  /** The stage whose output is shown: the one chosen, else the one started last. */
  #shown(state) {
    if (this.#chosen) return this.#chosen;
    let newest = null;
    for (const s of flatten(state.stages)) {
      if (s.startTime !== null && s.count === undefined && (!newest || s.startTime >= newest.startTime) && (this.#textOf(s) || s.status === 'running' || !newest)) newest = s;
    }
    return newest?.key ?? state.stages[0]?.key;
  }

  #textOf(stage) {
    return this.#texts.get(`${stage.key}#${stage.attempt}`);
  }

  #drawOutput(state) {
    const key = this.#shown(state);
    const stage = flatten(state.stages).find((s) => s.key === key);
    if (!stage) return;
    setText(this.#outputTitle, `Output of ${stage.key}${stage.attempt > 1 ? `, attempt ${stage.attempt}` : ''}`);
    const link = `/api/executions/${this.#id}/output/${encodeURIComponent(stage.key)}?attempt=${stage.attempt}`;
    const word = isTerminal(stage.status) ? 'It printed nothing.' : stage.status === 'running' ? 'Nothing printed yet.' : `It has not started: ${stage.status}.`;
    this.#output.show(this.#textOf(stage) ?? null, link, word);
  }
}

function flatten(stages) {
  return stages.flatMap((s) => (s.instances ? [s, ...s.instances.slice(0, maxInstances)] : [s]));
}
