import type { ExecutionEvent } from '@sightglass/client';
import type { PrintedPart } from '../../shared/printed.js';

/** The most characters that are shown of what a stage prints; what comes before can be loaded, or had as a file. */
export const keptText = 256 * 1024;

const encoder = new TextEncoder();

interface Piece {
  offset: number;
  text: string;
  bytes: number;
}

/** What one attempt of a stage prints, as it comes: what was read of it and new events meet by their offsets. */
export class PrintedText {
  readonly stage: string;
  readonly attempt: number;
  #text = '';
  #from = 0;
  #end = 0;
  #begun = false;
  #seq = 0;

  // From which event to which all were heard.
  #heardFrom = 0;
  #heardTo = 0;
  #waiting: Piece[] = [];

  constructor(stage: string, attempt: number) {
    this.stage = stage;
    this.attempt = attempt;
  }

  get text(): string { return this.#text; }
  /** How many bytes stand before the text. */
  get from(): number { return this.#from; }
  /** How many bytes were printed, as far as is known. */
  get end(): number { return this.#end; }
  get isRead(): boolean { return this.#begun; }
  /** The last event that counts. */
  get seq(): number { return this.#seq; }

  /** Whether something is missing between what was read and what came: it has to be read again. */
  get hasGap(): boolean { return this.#begun && this.#waiting.length > 0; }

  /** Begins with the end of what was printed up to an event. */
  begin({ from, text, total }: PrintedPart, seq: number): void {
    [this.#text, this.#from, this.#end, this.#begun] = [text, from, total, true];
    this.#reach(seq);
    this.#drain();
  }

  /** Puts what stands before the text in front of it. */
  prepend({ from, text }: PrintedPart): void {
    [this.#text, this.#from] = [text + this.#text, from];
  }

  /** Takes new events; tells whether the text has changed. */
  take(events: readonly ExecutionEvent[]): boolean {
    let isNew = false;
    if (events.length > 0) {
      if (events[0]!.seq > this.#heardTo + 1) this.#heardFrom = events[0]!.seq;
      this.#heardTo = Math.max(this.#heardTo, events.at(-1)!.seq);
      this.#reach(this.#seq);
    }
    for (const event of events) {
      if (event.type !== 'stage.output' || event.stage !== this.stage || event.attempt !== this.attempt) continue;
      const { text, offset } = event.data;
      this.#waiting.push({ offset, text, bytes: encoder.encode(text).length });
      isNew = true;
    }
    if (!isNew || !this.#begun) {
      // What is read later holds all of it.
      if (this.#waiting.length > 1000) this.#waiting = this.#waiting.slice(-500);
      return false;
    }
    this.#drain();
    return true;
  }

  // What was heard counts once it follows what was read.
  #reach(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
    if (this.#begun && this.#heardFrom <= this.#seq + 1) this.#seq = Math.max(this.#seq, this.#heardTo);
  }

  #drain(): void {
    const rest: Piece[] = [];
    for (const piece of this.#waiting) {
      if (piece.offset + piece.bytes <= this.#end) continue;
      if (piece.offset !== this.#end) {
        // Read in the middle of a piece: the rest of it follows.
        if (piece.offset < this.#end) {
          this.#add(new TextDecoder().decode(encoder.encode(piece.text).subarray(this.#end - piece.offset)), piece.offset + piece.bytes - this.#end);
        } else rest.push(piece);
        continue;
      }
      this.#add(piece.text, piece.bytes);
    }
    this.#waiting = rest;
  }

  #add(text: string, bytes: number): void {
    this.#text += text;
    this.#end += bytes;
    if (this.#text.length <= 2 * keptText) return;
    const line = this.#text.indexOf('\n', this.#text.length - keptText);
    const cut = line < 0 ? this.#text.length - keptText : line + 1;
    this.#from += encoder.encode(this.#text.slice(0, cut)).length;
    this.#text = this.#text.slice(cut);
  }
}
