/** Saves what an address gives as a file, under the name that its answer says where none is given. */
export function download(address: string, name = ''): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

/** Saves as a file what the page has itself. */
export function downloadContent(name: string, content: Blob | string, type = 'text/plain'): void {
  const address = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  download(address, name);

  // The browser reads it after this turn, and a large one takes a while.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
