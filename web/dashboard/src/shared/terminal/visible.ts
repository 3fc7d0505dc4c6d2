/** Text, and whether it stands for a character that shows nothing by itself. */
export interface VisiblePart {
  text: string;
  isMark: boolean;
}

// Control characters, what turns the direction of writing, what is invisible, halves of pairs, and what stands for broken bytes.
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Writes a character that shows nothing as a mark: `␀` for NUL, `‹U+202E›` for what turns the direction. */
function markOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '␡';
  if (code === 0xfffd) return '\ufffd';
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** Parts text so that nothing in it is hidden: control characters, turns of direction and broken characters become marks. */
export function visibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let end = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isMark: false });
    const last = parts.at(-1);
    if (last?.isMark) last.text += markOf(match[0]);
    else parts.push({ text: markOf(match[0]), isMark: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isMark: false });
  return parts;
}
