import { stageOfKey } from '../execution.js';
import type { Shortcut } from './shortcuts.js';

/**
 * The keys that go from stage to stage.
 * @param rows The stages and items in the order in which they are shown.
 * @param failed Which one failed next, where the part knows.
 */
export function stageKeys(rows: () => readonly { readonly key: string }[], selected: () => string | null, select: (key: string) => void, failed?: () => string | null): Shortcut[] {
  const choose = (key: string | null | undefined) => {
    if (key != null) select(key);
  };
  const step = (by: 1 | -1) => () => {
    const all = rows();
    const from = selected();
    const exact = all.findIndex(({ key }) => key === from);

    // An item that is not shown stands with its stage.
    const at = exact < 0 && from !== null ? all.findIndex(({ key }) => key === stageOfKey(from)) : exact;
    choose(all.at(at < 0 ? (by > 0 ? 0 : -1) : Math.max(0, Math.min(all.length - 1, at + by)))?.key);
  };
  const steps = [{ keys: 'j', label: 'Next stage', run: step(1) }, { keys: 'k', label: 'Stage before', run: step(-1) }];
  return failed ? [...steps, { keys: 'e', label: 'Next error', run: () => choose(failed()) }] : steps;
}
