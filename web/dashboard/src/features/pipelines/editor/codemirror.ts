import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import type { CompletionSource } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import { EditorState, Transaction } from '@codemirror/state';
import type { Text } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import schema from '$reference/pipeline.schema.json';
import type { PlacedProblem } from '../pipelines.js';
import { changeBetween, lineEndOf } from './changes.js';
import { suggestionsAt } from './completion.js';
import type { Schema } from './completion.js';

interface EditorOptions {
  parent: HTMLElement;
  text: string;
  isReadOnly: boolean;
  onchange: (text: string) => void;
}

/** An editor of pipeline files: colours, completion from the file format's schema, and problems where they are. */
export class PipelineEditor {
  readonly #view: EditorView;
  readonly #host = document.createElement('div');
  /** The text as it was given or told last, with the ends of lines that its file has. */
  #text: string;
  #lineEnd: string;
  #isShowing = false;

  constructor({ parent, text, isReadOnly, onchange }: EditorOptions) {
    this.#text = text;
    this.#lineEnd = lineEndOf(text);

    // In a shadow root the editor's styles are no element of the page, which the page's policy would refuse.
    this.#host.className = 'contents';
    parent.append(this.#host);
    const root = this.#host.attachShadow({ mode: 'open' });
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(), history(), drawSelection(), highlightActiveLine(), lintGutter(), yaml(), indentUnit.of('  '), syntaxHighlighting(colours),
          autocompletion({ override: [complete] }),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
          EditorState.readOnly.of(isReadOnly), EditorView.editable.of(!isReadOnly),
          EditorView.contentAttributes.of({ 'aria-label': 'Pipeline file', tabindex: '0', ...(isReadOnly ? { 'aria-readonly': 'true' } : {}) }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || this.#isShowing) return;
            this.#text = update.state.doc.toString().replaceAll('\n', this.#lineEnd);
            onchange(this.#text);
          }),
          look,
        ],
      }),
    });
  }

  /** Shows what is wrong, in place of what was wrong before. */
  showProblems(problems: readonly PlacedProblem[]): void {
    const { doc } = this.#view.state;
    this.#view.dispatch(setDiagnostics(this.#view.state, problems.map((problem) => diagnosticOf(problem, doc))));
  }

  /**
   * Shows a text in place of the one that is there, of which what they have in common stays as it is, with the cursor in it.
   * @param isTheirs Whether it is no doing of the user's: undo passes it over then, and otherwise brings back what was there.
   */
  showText(text: string, isTheirs = false): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#lineEnd = lineEndOf(text);
    const { doc } = this.#view.state;
    const newer = text.replace(/\r\n?/g, '\n');
    this.#isShowing = true;
    this.#view.dispatch({
      changes: changeBetween(doc.toString(), newer),
      annotations: [isolateHistory.of('full'), Transaction.addToHistory.of(!isTheirs)],
    });
    this.#isShowing = false;
  }

  /** Puts the cursor at a line and column, from 1. */
  goTo(line: number, column: number): void {
    const { doc } = this.#view.state;
    const at = doc.line(Math.min(Math.max(1, line), doc.lines));
    this.#view.dispatch({ selection: { anchor: Math.min(at.to, at.from + Math.max(0, column - 1)) }, scrollIntoView: true });
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
    this.#host.remove();
  }
}

const complete: CompletionSource = (context) => {
  const found = suggestionsAt(context.state.doc.toString(), context.pos, schema as Schema);
  if (!found || found.options.length === 0) return null;
  if (!context.explicit && found.from === context.pos) return null;
  return { from: found.from, options: found.options.map(({ label, insert, info, kind }) => ({ label, apply: insert, info, type: kind === 'key' ? 'property' : 'enum' })), validFor: /^[\w-]*$/ };
};

/** A problem from its column to the end of its line. */
function diagnosticOf({ line, column, severity, message, suggestion, code }: PlacedProblem, doc: Text): Diagnostic {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(at.to, at.from + Math.max(0, column - 1));
  return { from, to: Math.max(from, at.to), severity, message: [message, suggestion].filter(Boolean).join(' – '), source: code };
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--running-ink)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.keyword], color: 'var(--blocked-ink)' },
  { tag: tags.comment, color: 'var(--ink-faint)' },
  { tag: [tags.punctuation, tags.separator], color: 'var(--ink-faint)' },
]);

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '12px', height: '100%' },
  '&.cm-focused': { outline: 'none' },

  // Over the line numbers, which would cover an outline.
  '&.cm-focused::after': { content: '""', position: 'absolute', inset: '0', zIndex: '300', border: '2px solid var(--focus)', borderRadius: 'inherit', pointerEvents: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-faint)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--sunken)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--ink)', border: '1px solid var(--line-strong)', borderRadius: '6px' },
  '.cm-tooltip-autocomplete > ul > li': { lineHeight: '22px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--ink)' },
  '.cm-completionInfo': { maxWidth: '320px', padding: '6px 8px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--failed)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--waiting)' },
});
