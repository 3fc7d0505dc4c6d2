import type { Client, ExecutionEvent } from '@sightglass/client';
import { readPrintedEnd } from '../../shared/printed.js';

/** How much of what a stage printed last is shown, in bytes and in characters. */
const keptBytes = 16 * 1024;
const keptChars = 32 * 1024;

// Colours and what else steers terminals; then what shows nothing by itself, or turns the direction of what follows.
const sequences = /\x1b(?:\[[0-9:;<=>?]*[ -/]*[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[ -/]*[0-~])|\r(?=\n)/g;
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of a stage as plain text: nothing of it steers what stands around it. */
export const plainText = (text: string): string => text.replace(sequences, '').replace(controls, '·');

/** Reads the end of what an attempt of a stage had printed up to an event. */
export const readTail = async (api: Client, id: string, stage: string, attempt: number, at: number, signal: AbortSignal): Promise<string> =>
  (await readPrintedEnd(api, { id, stage, attempt, at }, keptBytes, signal)).text;

/** Adds what an attempt of a stage printed after an event. */
export function withPrinted(text: string, events: readonly ExecutionEvent[], stage: string, attempt: number, after: number): string {
  let added = text;
  for (const event of events) if (event.seq > after && event.type === 'stage.output' && event.stage === stage && event.attempt === attempt) added += event.data.text;
  return added.length > 2 * keptChars ? added.slice(added.indexOf('\n', added.length - keptChars) + 1 || added.length - keptChars) : added;
}
