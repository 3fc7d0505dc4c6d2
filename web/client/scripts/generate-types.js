// Writes the types that come from the project's documents: the API from docs/openapi.json, the events from
// docs/reference/events.schema.json. What it writes is not committed, so it cannot grow old.
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const docs = '../../../docs/';
const target = '../src/generated/';

// An event is its own data beside what every event has; a union over `type` needs both in one schema.
function eventSchemas() {
  const source = JSON.parse(readFileSync(at(docs + 'reference/events.schema.json'), 'utf8').replaceAll('"#/$defs/', '"#/components/schemas/'));
  const schemas = {};
  const events = [];
  for (const [name, schema] of Object.entries(source.$defs)) {
    if (schema.properties?.type?.const !== name) {
      schemas[name] = schema;
      continue;
    }

    // `false` says that an event has no such property; the types leave it out.
    const own = Object.entries({ ...source.properties, ...schema.properties }).filter(([, value]) => value !== false);
    schemas[name] = {
      type: 'object',
      description: schema.description,
      properties: Object.fromEntries(own),
      required: [...new Set([...source.required, ...schema.required])],
    };
    events.push({ $ref: `#/components/schemas/${name}` });
  }

  // Any JSON value at all, which TypeScript calls unknown; who reads it looks first.
  schemas.payload = { description: schemas.payload.description };
  return { openapi: '3.1.0', info: { title: 'events', version: '1' }, paths: {}, components: { schemas: { ...schemas, event: { oneOf: events } } } };
}

async function write(name, document) {
  // Silent, since what it would say of the document is said by the server's own tests.
  const text = astToString(await openapiTS(document, { silent: true }));
  const file = at(target + name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(file, text);
}

mkdirSync(at(target), { recursive: true });
await write('events.ts', eventSchemas());
if (existsSync(at(docs + 'openapi.json'))) await write('openapi.ts', JSON.parse(readFileSync(at(docs + 'openapi.json'), 'utf8')));
