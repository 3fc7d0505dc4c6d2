// Puts the page together: pipelines, executions, and what the address names: #/pipelines/ID or #/executions/ID.

import { get } from './api.js';
import { el, badge, clock, duration } from './dom.js';
import { ExecutionView } from './execution.js';
import { runForm } from './runform.js';

const listEvery = 2000;
const pipelines = document.getElementById('pipelines');
const executions = document.getElementById('executions');
const waiting = document.getElementById('waiting');
const main = document.getElementById('main');
const drawn = new Map();
let view = null;

const empty = (text) => el('li', { class: 'quiet' }, text);

// Only what changed is drawn again, so that the keyboard keeps its place.
function drawList(list, items, toRow, emptyText) {
  const text = JSON.stringify(items) + location.hash;
  if (drawn.get(list) === text) return;
  drawn.set(list, text);
  const focused = document.activeElement?.closest?.('li a')?.getAttribute('href');
  list.replaceChildren(...(items.length > 0 ? items.map(toRow) : [empty(emptyText)]));
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function link(href, ...children) {
  return el('li', {}, el('a', { href, 'aria-current': location.hash === href ? 'page' : null }, ...children));
}

function pipelineRow(p) {
  return link(`#/pipelines/${encodeURIComponent(p.id)}`,
    el('span', { class: 'name' }, p.name),
    el('span', { class: p.valid ? 'quiet' : 'error' }, p.valid ? `${p.stageCount} ${p.stageCount === 1 ? 'stage' : 'stages'}` : 'has problems'));
}

function executionRow(e) {
  return link(`#/executions/${e.id}`,
    el('span', { class: 'name' }, e.pipelineName),
    badge(e.status),
    el('span', { class: 'quiet' }, `${clock(e.startTime)}${e.endTime ? ` · ${duration(e.endTime - e.startTime)}` : ''}${e.inputPreview ? ` · ${e.inputPreview}` : ''}`));
}

async function drawLists() {
  try {
    const [all, history, status] = await Promise.all([get('/api/pipelines'), get('/api/executions/history?limit=30'), get('/api/config/status')]);
    waiting.hidden = status.store.ok;
    waiting.textContent = status.store.ok ? '' : `Executions wait for the store: ${status.store.message}`;
    drawList(pipelines, all, pipelineRow, 'No pipelines here: put a .yaml file into the folder.');
    drawList(executions, history.executions, executionRow, 'Nothing has run yet.');
    document.body.classList.remove('offline');
  } catch {
    document.body.classList.add('offline');
  }
}

async function show() {
  view?.close();
  view = null;
  const [, kind, id] = location.hash.split('/');
  if (kind === 'executions' && /^[0-9a-f-]{36}$/.test(id)) {
    view = new ExecutionView(id, drawLists);
    main.replaceChildren(view.node);
  } else if (kind === 'pipelines' && id) {
    try {
      const pipeline = await get(`/api/pipelines/${id}`);
      main.replaceChildren(runForm(pipeline, (started) => { location.hash = `#/executions/${started}`; }));
      main.querySelector('textarea, input, select, button')?.focus();
    } catch (error) {
      main.replaceChildren(el('p', { class: 'banner' }, error.message));
    }
  } else {
    document.title = 'Sightglass';
    main.replaceChildren(el('p', { class: 'quiet' }, 'Choose a pipeline to run it, or an execution to watch it.'));
  }
  drawLists();
}

async function keepLists() {
  await drawLists();
  setTimeout(keepLists, listEvery);
}

addEventListener('hashchange', show);
show();
keepLists();
