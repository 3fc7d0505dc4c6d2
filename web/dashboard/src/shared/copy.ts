/** Puts a text into the clipboard; false where the browser refuses. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return import('./copyBySelection.js').then(({ copyBySelection }) => copyBySelection(text), () => false);
  }
}
