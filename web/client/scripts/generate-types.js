// Writes the types of the API and of its events from docs/openapi.json. What it writes is not committed, so it cannot grow old.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const file = at('../src/generated/openapi.ts');

// Silent, since what it would say of the document is said by the server's own tests.
const document = JSON.parse(readFileSync(at('../../../docs/openapi.json'), 'utf8'));
const text = astToString(await openapiTS(document, { silent: true }));
mkdirSync(at('../src/generated/'), { recursive: true });
if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
