import type { ExecutionEvent } from '@sightglass/client';
import type { Line } from './line.js';

/** The characters of a line that are kept; its length is counted on. */
const width = 2000;

type Key = `${number} ${Line['stream']} ${string}`;
type Taker = (line: Omit<Line, 'number'>) => void;

const keyOf = (stage: string, attempt: number, stream: Line['stream']): Key => `${attempt} ${stream} ${stage}`;
const returns = (text: string): number => text.split('\r').length - 1;

/** Makes lines of events, as the server does: both are held to the same cases. */
export class LineFold {
  readonly #open = new Map<Key, Line>();

  /** Begins where these lines have not ended. */
  constructor(open: readonly Line[] = []) {
    for (const line of open) this.#open.set(keyOf(line.stage, line.attempt, line.stream), line);
  }

  /** The lines that have not ended. */
  get open(): Line[] {
    return [...this.#open.values()].map((line) => (line.text.endsWith('\r') ? { ...line, text: line.text.slice(0, -1), length: line.length - 1 } : line));
  }

  /** Takes an event and tells the lines that end with it. */
  add(event: ExecutionEvent, take: Taker): void {
    if (!('stage' in event) || typeof event.stage !== 'string') return;
    switch (event.type) {
      case 'stage.output': return this.#print(event, event.data.stream, event.data.text, take);
      case 'stage.log': return log(event, event.data.level, event.data.message, event.data.fields, take);
      case 'stage.failed':
        this.#end(event, take);
        return log(event, 'error', event.data.error.message, undefined, take);
      case 'stage.completed':
      case 'stage.cancelled': return this.#end(event, take);
    }
  }

  #print(event: Extract<ExecutionEvent, { type: 'stage.output' }>, stream: 'output' | 'error', text: string, take: Taker): void {
    const key = keyOf(event.stage, event.attempt, stream);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const open = this.#open.get(key);
      const whole = append(open ?? empty(event, stream), text.slice(from, end), event);
      this.#open.delete(key);
      take(finish(whole, event));
      from = end + 1;
    }
    if (from < text.length) this.#open.set(key, append(this.#open.get(key) ?? empty(event, stream), text.slice(from), event));
  }

  #end(event: ExecutionEvent & { stage: string }, take: Taker): void {
    for (const stream of ['output', 'error'] as const) {
      const key = keyOf(event.stage, attemptOf(event), stream);
      const open = this.#open.get(key);
      this.#open.delete(key);
      if (open) take(finish(open, event));
    }
  }
}

const attemptOf = (event: ExecutionEvent): number => ('attempt' in event && event.attempt) || 0;

const empty = (event: ExecutionEvent & { stage: string }, stream: Line['stream'], level: Line['level'] = 'info'): Line =>
  ({ number: 0, seq: event.seq, time: Date.parse(event.time), stage: event.stage, attempt: attemptOf(event), stream, level, text: '', length: 0 });

/** Adds text without a line end; what a carriage return writes over goes. */
function append(line: Line, text: string, event: ExecutionEvent): Line {
  if (text === '') return line;
  const isWhole = line.text.length === line.length;
  let { text: before, length, rewrites = 0 } = line;
  if (isWhole && before.endsWith('\r')) {
    rewrites++;
    before = '';
    length = 0;
  }

  // A return is known to write over only once something other than a line end follows it.
  const over = text.lastIndexOf('\r', text.length - 2);
  if (over >= 0 && text.length > 1) {
    rewrites += returns(text.slice(0, over + 1));
    text = text.slice(over + 1);
    before = '';
    length = 0;
  }
  const room = before.length < length ? 0 : Math.max(0, width - before.length);
  const cut = room < text.length && /[\ud800-\udbff]/.test(text.charAt(room - 1)) ? room - 1 : room;
  const joined = { ...line, seq: event.seq, time: Date.parse(event.time), text: before + text.slice(0, cut), length: length + text.length };
  if (rewrites > 0) joined.rewrites = rewrites;
  return joined;
}

function finish(line: Line, event: ExecutionEvent): Line {
  const ended = { ...line, seq: event.seq, time: Date.parse(event.time) };
  return ended.text.length === ended.length && ended.text.endsWith('\r') ? { ...ended, text: ended.text.slice(0, -1), length: ended.length - 1 } : ended;
}

function log(event: ExecutionEvent & { stage: string }, level: Line['level'], message: string, fields: unknown, take: Taker): void {
  message.split('\n').forEach((text, i) => {
    const line = finish(append(empty(event, 'log', level), text, event), event);
    take(i === 0 && fields !== undefined && fields !== null ? { ...line, fields } : line);
  });
}
