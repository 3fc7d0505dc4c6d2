// Classes begin with sg- and nothing outside of them is styled, so that a page's own rules and these leave each other alone. Colours follow
// the colour scheme that the page declares.
const css = `
.sg-monitor,.sg-logs{--paper:light-dark(#fff,#1a202c);color:light-dark(#1a202c,#edf2f7);background:var(--paper);font:14px/1.5 system-ui,sans-serif}
.sg-monitor{border:1px solid #718096;border-radius:8px;overflow:hidden}
.sg-pending,.sg-disconnected{--state:#718096}
.sg-running{--state:#3182ce}
.sg-completed,.sg-connected{--state:#38a169}
.sg-failed,.sg-error{--state:#e53e3e}
.sg-connecting{--state:#d69e2e}
.sg-bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding:4px 12px}
.sg-monitor>.sg-bar{background:color-mix(in srgb,var(--state) 14%,var(--paper))}
.sg-bar b{overflow-wrap:anywhere}
.sg-bar time{font-variant-numeric:tabular-nums;margin-inline-start:auto}
.sg-bar button{font:inherit;color:inherit;background:var(--paper);border:1px solid #718096;border-radius:4px}
.sg-bar progress{flex-basis:100%;height:8px;accent-color:var(--state)}
.sg-bar i{width:8px;height:8px;border-radius:50%;background:var(--state)}
.sg-connecting i{animation:sg-pulse 1s infinite alternate}
@keyframes sg-pulse{to{opacity:.3}}
.sg-lines{padding:4px 12px;max-height:20em;overflow:auto;font:12px/1.6 ui-monospace,monospace}
.sg-lines>div{white-space:pre-wrap;overflow-wrap:anywhere;content-visibility:auto;contain-intrinsic-height:auto 19px}
.sg-warning{color:light-dark(#744210,#f6e05e)}
.sg-bad{color:light-dark(#9b2c2c,#feb2b2)}
@media (prefers-reduced-motion:reduce){.sg-bar i{animation:none}}
`;

let sheet: CSSStyleSheet | undefined;

/** Gives a document or a shadow root the styles of these pieces. A sheet that is adopted needs no leave of the page's policy. */
export function adoptStyle(node: Node): void {
  const root = node.getRootNode() as Document | ShadowRoot;
  if (!root.adoptedStyleSheets) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
