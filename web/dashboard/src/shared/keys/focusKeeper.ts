/** What can be pressed; fields are left out, since who presses on would write into them. */
const pressable = 'a[href],button:not(:disabled),summary,[role=tab][tabindex="0"]';

/** What scrolls through more than it holds takes its rows away itself, and knows why. */
const scrolling = '[data-timeline],[role=grid],[role=treegrid],[role=log],[role=listbox],[role=menu]';

/** Where something was that went away: in `parent`, behind `before`. */
interface Place {
  parent: Node;
  before: Node | null;
  /** What came into the parent as it went. */
  came: readonly Node[];
}

const isBehind = (node: Node, place: Place): boolean => {
  const of = place.before ?? place.parent;
  const position = of.compareDocumentPosition(node);
  return (position & Node.DOCUMENT_POSITION_FOLLOWING) > 0 && (place.before === null || (position & Node.DOCUMENT_POSITION_CONTAINED_BY) === 0);
};

/**
 * Keeps the focus where it was when what had it goes away: what follows in its place gets it, else what came before, so
 * that who works by keyboard does not begin at the top of the page with each button that has done its work. Where nothing is left
 * beside the place, the page itself gets it.
 */
export function keepFocus(): () => void {
  let kept: HTMLElement | null = null;
  let place: Place | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // A dialog gives the focus back to what opened it: that is what may be gone by then.
  const isPart = (target: EventTarget | null): target is HTMLElement => target instanceof HTMLElement && target !== document.body && !target.closest('dialog');

  function focused({ target }: FocusEvent) {
    if (!isPart(target)) return;
    kept = target.closest(scrolling) ? null : target;
    place = null;
  }

  // Who points elsewhere has left it.
  function pointed({ target }: PointerEvent) {
    if (kept && target instanceof Node && !kept.contains(target) && !(target instanceof Element && target.closest('dialog'))) kept = place = null;
  }

  function changed(records: readonly MutationRecord[]) {
    if (!kept || (!place && kept.isConnected)) return;
    const earlier = place;
    for (const { target, removedNodes, previousSibling } of records) {
      for (const node of removedNodes) {
        if (place ? node.contains(place.parent) : node.contains(kept)) place = { parent: target, before: previousSibling, came: [] };
        else if (place && node === place.before) place.before = previousSibling;
      }
    }
    if (place && place !== earlier) place.came = records.flatMap(({ target, addedNodes }) => (target === place?.parent ? [...addedNodes] : []));
    timer ??= setTimeout(settle);
  }

  // Once all that is drawn together is there: what takes the place of another comes after that has gone.
  function settle() {
    timer = undefined;
    if (!place || document.activeElement !== document.body) return;
    const { parent } = place;
    const around = parent.isConnected && parent instanceof Element ? parent.closest('main,[role=region]') : null;
    const scope = around?.closest('main') ?? around;
    const all = [...(scope?.querySelectorAll<HTMLElement>(pressable) ?? [])].filter((one) => isPart(one) && one.checkVisibility());

    // What takes the place of another may stand before it until that has gone.
    const { came } = place;
    (all.find((one) => came.some((node) => node.contains(one))) ?? all.find((one) => isBehind(one, place!)) ?? all.at(-1) ?? document.querySelector<HTMLElement>('main'))?.focus();
  }

  if (isPart(document.activeElement) && !document.activeElement.closest(scrolling)) kept = document.activeElement;
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { childList: true, subtree: true });
  document.addEventListener('focusin', focused);
  document.addEventListener('pointerdown', pointed);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('focusin', focused);
    document.removeEventListener('pointerdown', pointed);
  };
}
