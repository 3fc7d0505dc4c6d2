// Tells what a run of vitest found: `node web/scripts/results.js RESULT [AGAIN]`, both written by its JSON reporter.
// First line: how many tests passed, and how many did not. Then, of RESULT alone, each fault as FILE, a tab, and its test;
// with AGAIN, in which files of RESULT ran once more and which counts for them, each fault of RESULT that is gone there.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { argv } from 'node:process';

const lineOf = (text) => text.trim().split('\n')[0];

// A file may break with no test of it failing: where it prepares them, or is read at all.
function faultsOf({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  const told = failed.map((test) => ({ test: test.fullName, why: lineOf(test.failureMessages[0] ?? '') }));
  if (status === 'failed' && failed.length === 0) told.push({ test: basename(name), why: lineOf(message) || 'what prepares its tests, or ends behind them, failed' });
  return told.map((fault) => ({ file: name, ...fault }));
}

const [first, again] = argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')).testResults);
const files = new Map([...first, ...(again ?? [])].map((file) => [file.name, file]));
let good = 0;
let bad = 0;
for (const file of files.values()) {
  const passed = file.assertionResults.filter((test) => test.status === 'passed').length;
  good += passed;
  bad += Math.max(file.assertionResults.length - passed, faultsOf(file).length > 0 ? 1 : 0);
}
console.log(good, bad);
for (const { file, test, why } of first.flatMap(faultsOf)) {
  if (!again) console.log(`${file}\t${test}`);
  else if (faultsOf(files.get(file)).length === 0) console.log(`${test} (failed first, passed alone): ${why}`);
}
