import type { Client } from '@sightglass/client';

// What is read whole is a definition, or an input to start with again: a larger one is no file of a person.
const maxBytes = 16 * 1024 * 1024;

/** Reads a value that an execution carries by its reference, whole, as the text that it is kept in. */
export async function readText(api: Client, execution: string, reference: string, signal?: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (let offset = 0, isMore = true; isMore;) {
    const answer = await api.open('/api/values/{reference}', { path: { reference }, query: { execution, offset }, signal });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    text += decoder.decode(bytes, { stream: true });
    offset += bytes.length;
    if (offset > maxBytes) throw new RangeError('The value is too large to be read here.');
    isMore = bytes.length > 0 && answer.headers.has('x-next-offset');
  }
  return text;
}

/** Reads such a value as what it says. */
export const readValue = async (...from: Parameters<typeof readText>): Promise<unknown> => JSON.parse(await readText(...from)) as unknown;
