// Shows the end of a stage's text. Lines are added and taken away at the ends only, so that a fast stage stays cheap.

import { el, setText } from './dom.js';
import { plain } from './text.js';

const maxShown = 2000;

export class OutputPane {
  #note = el('p', { class: 'quiet note' });
  #count = document.createTextNode('');
  #link = el('a', { target: '_blank', rel: 'noopener' }, 'full text');
  #pre = el('pre', { tabindex: '0', 'aria-label': 'Output of the stage', id: 'output' });
  #empty = el('p', { class: 'quiet' });
  #text = null;
  #first = 0;
  #next = 0;

  constructor() {
    this.#note.append(this.#count, this.#link);
    this.node = el('div', { class: 'pane' }, this.#note, this.#empty, this.#pre);
  }

  /** Shows a text, the same again or another. */
  show(text, link, emptyWord) {
    if (text !== this.#text) {
      this.#text = text;
      this.#pre.replaceChildren();
      this.#first = this.#next = text ? Math.max(0, text.dropped + text.lines.length - maxShown) : 0;
    }
    this.#link.href = link;
    const follows = this.#pre.scrollTop + this.#pre.clientHeight >= this.#pre.scrollHeight - 8;
    if (text) this.#draw(text);
    const above = this.#first;
    this.#note.hidden = above === 0;
    setText(this.#count, `${above.toLocaleString()} lines above are not shown – `);
    const isEmpty = this.#pre.childNodes.length === 0;
    this.#pre.hidden = isEmpty;
    this.#empty.hidden = !isEmpty;
    setText(this.#empty, emptyWord);
    if (follows && !isEmpty) this.#pre.scrollTop = this.#pre.scrollHeight;
  }

  #draw(text) {
    const end = text.dropped + text.lines.length;

    // The line drawn last may have grown since.
    if (this.#next > this.#first) this.#fill(this.#pre.lastChild, text, this.#next - 1);
    this.#next = Math.max(this.#next, end - maxShown);
    const added = document.createDocumentFragment();
    for (; this.#next < end; this.#next++) {
      const node = el('span', {});
      this.#fill(node, text, this.#next);
      added.append(node);
    }
    this.#pre.append(added);
    while (this.#pre.childNodes.length > maxShown) this.#pre.firstChild.remove();
    this.#first = this.#next - this.#pre.childNodes.length;
  }

  #fill(node, text, number) {
    const line = text.lines[number - text.dropped];
    if (!line || !node) return;
    const isOpen = text.isOpen && number === text.dropped + text.lines.length - 1;
    setText(node, plain(line.text) + (isOpen ? '' : '\n'));
    if (line.stream === 'error') node.className = 'stderr';
  }
}
