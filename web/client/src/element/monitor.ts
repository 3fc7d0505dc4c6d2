import { askJson } from '../api/problem.js';
import type { ApiError } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import { subscribeLogs } from '../logs/index.js';
import type { LogSubscription } from '../logs/index.js';
import { adoptStyle, durationText, lookOf, wordOf } from '../look/index.js';
import { followExecution } from '../streaming/index.js';
import type { FollowOptions, Following } from '../streaming/index.js';
import { logLines } from './lines.js';

type State = Parameters<NonNullable<FollowOptions['onState']>>[0];

// What changes the numbers shown; what it prints does not.
const types = ['execution.*', 'stage.started', 'stage.completed', 'stage.failed', 'stage.skipped', 'stage.cancelled'];

// Stages end many at a time; the state is read for all of them at once.
const readEvery = 1000;

// Where a page is drawn on a server there are no elements: there it may be imported and does nothing.
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/**
 * `<workflow-execution-monitor execution-id="…">`: status, progress and duration of an execution, and its logs when somebody
 * asks. `server-url` names a server other than the page's own.
 */
export class WorkflowExecutionMonitorElement extends Base {
  static readonly observedAttributes = ['execution-id', 'server-url'];

  readonly #card = document.createElement('section');
  readonly #icon = document.createElement('span');
  readonly #status = document.createElement('span');
  readonly #name = document.createElement('b');
  readonly #time = document.createElement('time');
  readonly #button = document.createElement('button');
  readonly #progress = document.createElement('progress');
  readonly #logs = document.createElement('div');

  // While it is in a page.
  #following: Following | undefined;
  #subscription: LogSubscription | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #state: State | undefined;

  constructor() {
    super();
    const bar = document.createElement('div');
    bar.className = 'sg-bar';
    this.#icon.ariaHidden = 'true';
    this.#status.setAttribute('role', 'status');
    this.#progress.ariaLabel = 'Progress';
    this.#progress.max = 100;
    this.#button.type = 'button';
    this.#button.onclick = () => this.#toggle(!this.#subscription);
    bar.append(this.#icon, this.#status, this.#name, this.#time, this.#button, this.#progress);
    this.#card.append(bar, this.#logs);
    this.attachShadow({ mode: 'open' }).append(this.#card);
    adoptStyle(this.#card);
  }

  connectedCallback() {
    const id = this.getAttribute('execution-id');
    this.#show();
    if (!id) return;
    this.#following = followExecution(id, {
      ...this.#server,
      types,
      onState: (state) => this.#take(state),
      onEvent: () => (this.#reading ??= setTimeout(() => void this.#read(id), readEvery)),
      onMode: (mode, { error }) => {
        if (mode === 'ended' && this.#state?.endTime === null) void this.#read(id);
        if (mode === 'failed') this.#status.textContent = error!.message;
      },
    });
    this.#tick = setInterval(() => this.#show(), 1000);
  }

  disconnectedCallback() {
    this.#following?.close();
    clearInterval(this.#tick);
    clearTimeout(this.#reading);
    this.#reading = this.#state = this.#following = undefined;
    this.#toggle(false);
  }

  attributeChangedCallback() {
    if (!this.isConnected) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  get #server(): ServerOptions {
    return { url: this.getAttribute('server-url') ?? undefined };
  }

  async #read(id: string) {
    const following = this.#following;
    clearTimeout(this.#reading);
    const state = await askJson<State>(this.#server, `/api/executions/${encodeURIComponent(id)}`).catch((error: ApiError) => error.isPassing);
    if (following !== this.#following) return;
    this.#reading = undefined;
    if (typeof state === 'object') this.#take(state);

    // The server was away for a moment; what has changed is still to be shown.
    else if (state) this.#reading = setTimeout(() => void this.#read(id), readEvery);
  }

  #take(state: State) {
    this.#state = state;
    this.#show();
  }

  #toggle(isOpen: boolean) {
    this.#subscription?.close();
    this.#subscription = isOpen ? subscribeLogs(this.getAttribute('execution-id') ?? '', this.#server, logLines(this.#logs)) : undefined;
    if (!isOpen) this.#logs.replaceChildren();
    this.#show();
  }

  #show() {
    const { status = 'pending', id = this.getAttribute('execution-id') ?? '', pipelineName = '', startTime = 0, endTime = null, progress } = this.#state ?? {};
    const { kind, icon } = lookOf(status);
    this.#card.className = `sg-monitor sg-${kind}`;
    this.#card.ariaLabel = `${pipelineName} ${id}`;
    this.#icon.textContent = icon;

    // A status that is written again would be read out again.
    if (this.#state && this.#status.textContent !== wordOf(status)) this.#status.textContent = wordOf(status);
    this.#name.textContent = `${pipelineName} · ${id}`;
    this.#time.textContent = startTime ? durationText((endTime ?? Date.now()) - startTime) : '';
    this.#button.textContent = this.#subscription ? 'Hide logs' : 'Show logs';
    this.#button.ariaExpanded = String(Boolean(this.#subscription));
    this.#progress.hidden = kind !== 'running';
    this.#progress.value = progress?.total ? (100 * (progress.total - progress.running - progress.pending)) / progress.total : 0;
  }
}
