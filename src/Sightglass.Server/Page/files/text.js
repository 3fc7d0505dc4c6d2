// What one attempt of a stage printed, as lines. All of it is kept up to a limit; the page shows the end.

const maxChars = 8 * 1024 * 1024;

export class StageText {
  /** Complete lines and, at the end, the one being written: `{text, stream}`. */
  lines = [];

  /** Lines given up because the text became too large to keep. */
  dropped = 0;

  #chars = 0;
  #open = false;

  append(text, stream) {
    const parts = text.split('\n');
    parts.forEach((part, i) => {
      const isLast = i === parts.length - 1;
      if (isLast && part === '') return;
      if (this.#open) this.lines[this.lines.length - 1].text += part;
      else this.lines.push({ text: part, stream });
      this.#open = isLast;
    });
    this.#chars += text.length;
    this.#trim();
  }

  /** Whether the last line still lacks its end. */
  get isOpen() {
    return this.#open;
  }

  #trim() {
    if (this.#chars <= maxChars) return;
    let cut = 0;
    while (this.#chars > maxChars * 0.9 && cut < this.lines.length - 1) this.#chars -= this.lines[cut++].text.length + 1;
    this.lines.splice(0, cut);
    this.dropped += cut;
  }
}

// Terminals' commands are no text: colours, cursor moves and titles are left out, and of a line drawn over and over
// what was drawn last is shown.
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u202a-\u202e\u2066-\u2069]/g;

export function plain(text) {
  let shown = text.endsWith('\r') ? text.slice(0, -1) : text;
  shown = shown.slice(shown.lastIndexOf('\r') + 1);
  return shown.replace(escapes, '').replace(controls, '');
}
