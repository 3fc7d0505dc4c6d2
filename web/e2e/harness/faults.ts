import type { Page } from 'playwright-core';

const mostSizes = 3;

/** What a text must not have, by what is told of it; what stages print and people write is not looked at. */
const slips: [name: string, pattern: RegExp][] = [
  ['A sign between two words touches one of them', /\S·|·\S/],
  ['A space stands before a comma or a full stop', /[^\s.] [,;.](\s|$)/],
  ['A value is missing', /\bundefined\b|\bNaN\b|\[object [A-Z]|Invalid Date/],
  ['One of a thing has the word for many', /(?<!of )(?<![\d.,/])\b1 (stages|items|lines|executions|problems|warnings|rows|attempts|events|slots|pipelines|workers|tokens|accounts)\b/],
];

interface Look {
  beyond: number;
  sizes: number[];
  texts: string[];
}

/** What is wrong with the page as it is, apart from what axe finds: its width, the sizes of its text, and how its words stand. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { beyond, sizes, texts } = await page.evaluate(lookAt);
  const faults: string[] = [];
  if (sizes.length > mostSizes) faults.push(`The page has ${sizes.length} sizes of text: ${sizes.join(', ')}.`);
  if (beyond > 0) faults.push(`The page is ${beyond} px wider than its window.`);
  for (const text of texts) faults.push(...slips.filter(([, pattern]) => pattern.test(text)).map(([name]) => `${name}: “${text}”.`));
  return faults;
}

/** Runs in the page. */
function lookAt(): Look {
  // The sizes in pixels of the text that is shown; signs, which screen readers do not read, are none.
  const sizes = new Set<number>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement!;
    if (!walker.currentNode.textContent?.trim() || element.closest('[aria-hidden=true], .sr-only, script, style, svg, option') || !element.checkVisibility({ visibilityProperty: true })) continue;
    sizes.add(parseFloat(getComputedStyle(element).fontSize));
  }

  // Texts as they are read, line by line, and what is told of parts that have none.
  const foreign = new Set<string>();
  for (const element of document.querySelectorAll<HTMLElement>('pre, [role=log], [role=tree], .cm-editor, del, ins')) for (const line of element.innerText.split('\n')) foreign.add(line);
  const texts = new Set(document.body.innerText.split('\n').filter((line) => !foreign.has(line)));
  for (const name of ['title', 'aria-label', 'placeholder']) for (const element of document.querySelectorAll(`[${name}]`)) texts.add(element.getAttribute(name)!);
  texts.add(document.title);
  return { beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth, sizes: [...sizes].sort((a, b) => a - b), texts: [...texts].filter(Boolean) };
}
