/** What was typed before there was a field for it. */
export interface Typed {
  text: string;
  /** Whether Enter followed. */
  isEntered: boolean;
}

/** More than anybody types before a field is there. */
const most = 200;

/** Keeps what is typed for a field that is still on its way: fast fingers lose nothing. */
export class TypeAhead {
  #text = '';
  #isEntered = false;

  get typed(): Typed {
    return { text: this.#text, isEntered: this.#isEntered };
  }

  /** Takes a pressed key; false where it is none that a field would take. Behind Enter nothing counts any more. */
  press(event: KeyboardEvent): boolean {
    const isCommand = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
    if (isCommand || event.isComposing) return false;
    const { key } = event;
    if (key !== 'Enter' && key !== 'Backspace' && [...key].length !== 1) return false;
    if (this.#isEntered) return true;
    if (key === 'Enter') this.#isEntered = true;
    else if (key === 'Backspace') this.#text = [...this.#text].slice(0, -1).join('');
    else if (this.#text.length < most) this.#text += key;
    return true;
  }
}
