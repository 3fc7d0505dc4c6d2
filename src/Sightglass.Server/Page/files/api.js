// Requests to the server this page came from. A refusal is an Error with the server's code and problems.

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code;
    this.problems = problem.problems ?? [];
  }
}

async function ask(path, options) {
  const response = await fetch(path, options);
  const text = await response.text();
  let body = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = { detail: text.slice(0, 200) };
  }
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

export const get = (path) => ask(path, { headers: { accept: 'application/json' } });

export const post = (path, body = {}) =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
