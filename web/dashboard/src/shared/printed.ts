import type { Client } from '@sightglass/client';

/** What was read of what an attempt of a stage printed: its bytes from `from` on, as text, and how many there are. */
export interface PrintedPart {
  from: number;
  text: string;
  total: number;
}

/** What an attempt of a stage had printed up to an event. */
export interface PrintedBy {
  id: string;
  /** Key of the stage. */
  stage: string;
  attempt: number;
  /** The last event that counts. */
  at: number;
}

/** Reads a part of it, by the range of its bytes; what is asked for by a query instead begins with the first. */
export async function readPrinted(api: Client, { id, stage, attempt, at }: PrintedBy, range: string | null, signal: AbortSignal, query: { offset?: number; limit?: number } = {}): Promise<PrintedPart> {
  const answer = await api.open('/api/executions/{id}/output/{stage}', { path: { id, stage }, query: { attempt, at, ...query }, header: range === null ? {} : { Range: range }, signal });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const [, first, total] = /bytes (\d+)-\d+\/(\d+)/.exec(answer.headers.get('content-range') ?? '') ?? [];
  const from = Number(first ?? 0);

  // A range may begin in the middle of a character.
  const skip = from === 0 ? 0 : Math.max(0, bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80));
  return { from: from + skip, text: new TextDecoder().decode(bytes.subarray(skip)), total: Number(total ?? bytes.length) };
}

/** Reads all of it, or the end of more than so many bytes. Most print little; of nothing there would be no range. */
export async function readPrintedEnd(api: Client, by: PrintedBy, most: number, signal: AbortSignal): Promise<PrintedPart> {
  const head = await readPrinted(api, by, null, signal, { offset: 0, limit: most + 1 });
  return head.total > most ? readPrinted(api, by, `bytes=-${most}`, signal) : head;
}
