// The form that starts a pipeline, made from the inputs it declares.

import { el } from './dom.js';
import { post } from './api.js';

export function runForm(pipeline, onStarted) {
  const inputs = Object.entries(pipeline.definition?.inputs ?? {});
  const fields = inputs.length > 0
    ? inputs.map(([name, input]) => field(name, input))
    : [field('input', { type: 'string', description: 'This pipeline declares no inputs; a text is optional.' })];
  const message = el('p', { class: 'message', role: 'alert' });
  const button = el('button', { type: 'submit', class: 'primary' }, 'Run');
  const form = el('form', { class: 'run', onsubmit: submit },
    el('h2', {}, `Run ${pipeline.name}`),
    pipeline.description ? el('p', { class: 'quiet' }, pipeline.description) : null,
    fields.map((f) => f.node),
    el('div', { class: 'row' }, button),
    message);
  if (!pipeline.valid) {
    button.disabled = true;
    message.textContent = pipeline.problems.map((p) => `${p.file}:${p.line}:${p.column} ${p.message}`).join('\n');
  }
  return form;

  async function submit(event) {
    event.preventDefault();
    message.textContent = '';
    fields.forEach((f) => f.complain(''));
    const input = {};
    for (const f of fields) {
      try {
        const value = f.read();
        if (value !== undefined) input[f.name] = value;
      } catch {
        f.complain('This has to be JSON.');
        return;
      }
    }
    button.disabled = true;
    try {
      onStarted((await post(`/api/pipelines/${encodeURIComponent(pipeline.id)}/run`, { input })).executionId);
    } catch (error) {
      const rest = (error.problems ?? []).filter((p) => !fields.some((f) => p.path === `inputs.${f.name}` && (f.complain(p.message), true)));
      message.textContent = rest.length > 0 ? rest.map((p) => p.message).join('\n') : error.problems?.length ? '' : error.message;
    } finally {
      button.disabled = false;
    }
  }
}

function field(name, input) {
  const id = `input-${name}`;
  const type = input.type ?? 'string';
  const isJson = type === 'object' || type === 'array' || type === 'any';
  const control = input.enum?.length ? choice(id, input.enum)
    : type === 'boolean' ? choice(id, [true, false])
    : type === 'number' || type === 'integer' ? el('input', { id, type: 'number', step: type === 'integer' ? '1' : 'any' })
    : input.secret ? el('input', { id, type: 'password', autocomplete: 'off' })
    : el('textarea', { id, rows: isJson ? '3' : '1', spellcheck: 'false' });
  if (input.default !== undefined) control.value = isJson || type === 'boolean' || input.enum?.length ? JSON.stringify(input.default) : String(input.default);
  const error = el('p', { class: 'message', id: `${id}-error` });
  control.setAttribute('aria-describedby', error.id);
  const node = el('div', { class: 'field' },
    el('label', { for: id }, name, input.required ? el('span', { class: 'quiet' }, ' required') : null, el('span', { class: 'quiet' }, ` ${type}`)),
    control,
    input.description ? el('p', { class: 'quiet' }, input.description) : null,
    error);
  return {
    name,
    node,
    complain(text) {
      error.textContent = text;
      control.setAttribute('aria-invalid', String(text.length > 0));
    },
    read() {
      if (control.value === '') return undefined;
      return type === 'string' && !input.enum?.length ? control.value : JSON.parse(control.value);
    },
  };
}

function choice(id, values) {
  return el('select', { id }, el('option', { value: '' }, '–'), values.map((v) => el('option', { value: JSON.stringify(v) }, String(v))));
}
