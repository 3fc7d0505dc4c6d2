// What a page can try against a server that its browser reaches. Each attempt says what it got hold of; nothing is the
// answer of a server that keeps other pages out. Loaded as a script by the pages of HostileSite.
const PATIENCE = 4000;

const within = (promise) => Promise.race([promise, new Promise((done) => setTimeout(() => done(null), PATIENCE))]);

const tried = async (name, attempt) => {
  try {
    const got = await within(attempt());
    return got ? [`${name}: ${String(got).slice(0, 200)}`] : [];
  } catch {
    return [];
  }
};

// An answer is read where its text comes: a refusal in the server's words is none of its data.
const readable = async (response) => (response.type === 'opaque' || !response.ok ? null : `read ${(await response.text()) || response.status}`);

const element = (tag, attributes, says) =>
  new Promise((done) => {
    const made = document.createElement(tag);
    made.onload = () => done(says(made));
    made.onerror = () => done(null);
    Object.assign(made, attributes);
    document.body.append(made);
  });

const form = (action, enctype, fields) =>
  new Promise((done) => {
    const name = `f${Math.random()}`;
    const frame = document.createElement('iframe');
    frame.name = name;
    const made = document.createElement('form');
    Object.assign(made, { action, method: 'POST', enctype, target: name });
    for (const [key, value] of fields) made.append(Object.assign(document.createElement('input'), { name: key, value }));
    document.body.append(frame, made);
    frame.onload = () => {
      try {
        if (frame.contentDocument === null || frame.contentWindow.location.href === 'about:blank') return done(null);
        done(frame.contentDocument.body.textContent.includes('"status":"started"') ? frame.contentDocument.body.textContent : null);
      } catch {
        done(null);
      }
    };
    made.submit();
  });

const inFrame = (target) =>
  new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.onload = () => {
      try {
        const text = frame.contentDocument?.documentElement.outerHTML ?? '';
        done(text.includes('<script') || text.includes('hello') ? text : null);
      } catch {
        done(null);
      }
    };
    frame.src = `${target}/`;
    document.body.append(frame);
  });

// A page without an origin of its own, which is what a sandboxed frame is.
const fromNowhere = (target, body) =>
  new Promise((done) => {
    addEventListener('message', (message) => done(message.data), { once: true });
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts';
    frame.srcdoc = `<script>
      fetch(${JSON.stringify(`${target}/api/pipelines/hello/run`)}, { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(body)} }).catch(() => {});
      fetch(${JSON.stringify(`${target}/api/pipelines`)}).then((r) => r.text()).then((t) => parent.postMessage(t, '*'), () => parent.postMessage(null, '*'));
    <\/script>`;
    document.body.append(frame);
  });

window.attack = async (target, execution, script, style) => {
  const run = `${target}/api/pipelines/hello/run`;
  const body = '{"input":"Mallory"}';
  const json = { 'Content-Type': 'application/json' };
  const socket = target.replace('http', 'ws');
  const found = await Promise.all([
    ...['/api/pipelines', '/api/executions', `/api/executions/${execution}/events`, `/api/executions/${execution}/logs`, '/api/session', '/openapi/v1.json', '/healthz', '/'].map((path) =>
      tried(`fetch ${path}`, async () => readable(await fetch(target + path)))),
    tried('fetch with cookies', async () => readable(await fetch(`${target}/api/executions`, { credentials: 'include' }))),
    tried('fetch no-cors', async () => readable(await fetch(`${target}/api/executions`, { mode: 'no-cors', credentials: 'include' }))),
    tried('XMLHttpRequest', () => new Promise((done) => {
      const request = new XMLHttpRequest();
      request.onloadend = () => done(request.status === 200 ? request.responseText : null);
      request.open('GET', `${target}/api/pipelines`);
      request.send();
    })),
    tried('POST as text', async () => readable(await fetch(run, { method: 'POST', mode: 'no-cors', credentials: 'include', body, headers: { 'Content-Type': 'text/plain' } }))),
    tried('POST as a form', async () => readable(await fetch(run, { method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({ input: 'Mallory' }) }))),
    tried('POST without a body', async () => readable(await fetch(`${target}/api/executions/${execution}/cancel`, { method: 'POST', mode: 'no-cors', credentials: 'include' }))),
    tried('POST as JSON', async () => readable(await fetch(run, { method: 'POST', headers: json, body, credentials: 'include' }))),
    tried('POST as JSON without cookies', async () => readable(await fetch(run, { method: 'POST', headers: json, body }))),
    tried('start-streaming', async () => readable(await fetch(`${target}/executions/${execution}/start-streaming`, { method: 'POST', mode: 'no-cors', credentials: 'include' }))),
    tried('PUT', async () => readable(await fetch(`${target}/api/pipelines/evil`, { method: 'PUT', headers: { 'Content-Type': 'application/yaml' }, body: 'id: evil\nstages: [{ id: a, type: data, data: { value: "1" } }]\n', credentials: 'include' }))),
    tried('DELETE', async () => readable(await fetch(`${target}/api/executions/${execution}`, { method: 'DELETE', credentials: 'include' }))),
    tried('beacon', async () => (navigator.sendBeacon(run, new Blob([body], { type: 'text/plain' })), null)),
    tried('form as text', () => form(run, 'text/plain', [['{"input":"Mallory","executionMode":"', '"}']])),
    tried('form', () => form(`${target}/api/executions/${execution}/cancel`, 'application/x-www-form-urlencoded', [])),
    tried('EventSource of an execution', () => new Promise((done) => {
      const source = new EventSource(`${target}/api/executions/${execution}/events`, { withCredentials: true });
      source.onopen = () => done('opened');
      source.onmessage = (message) => done(message.data);
      source.onerror = () => { source.close(); done(null); };
    })),
    tried('EventSource of all', () => new Promise((done) => {
      const source = new EventSource(`${target}/api/feed`);
      source.onopen = () => done('opened');
      source.onerror = () => { source.close(); done(null); };
    })),
    ...['/ws', `/ws/executions/${execution}/logs`].map((path) => tried(`WebSocket ${path}`, () => new Promise((done) => {
      const opened = new WebSocket(socket + path);
      opened.onopen = () => { opened.send(JSON.stringify({ type: 'command', command: 'pause', executionId: execution })); done('opened'); };
      opened.onerror = () => done(null);
    }))),
    ...[script, '/api/pipelines'].map((path) => tried(`script ${path}`, () => element('script', { src: target + path }, () => 'ran'))),
    tried('module', async () => ((await import(target + script)) ? 'imported' : null)),
    tried('style', () => element('link', { rel: 'stylesheet', href: target + style }, () => 'used')),
    tried('image', () => element('img', { src: `${target}/api/executions` }, () => 'shown')),
    tried('object', () => element('object', { data: `${target}/` }, (made) => made.contentDocument?.title)),
    tried('frame', () => inFrame(target)),
    tried('nowhere', () => fromNowhere(target, body)),
  ]);
  return found.flat();
};
