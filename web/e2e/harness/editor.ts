import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { SightglassProcess } from './server.js';

/** A pipeline of one stage that prints a word. */
export const pipelineOf = (id: string) => `id: ${id}\nname: Pipeline ${id}\nstages:\n  - { id: greet, type: shell, shell: { run: echo first } }\n`;

/** The text of the editor of a page. */
export const field = (page: Page) => page.getByRole('textbox', { name: 'Pipeline file' });

/** Writes at the end of the text, once it is there and checked. */
export async function write(page: Page, text: string): Promise<void> {
  await page.getByText('Can be run').waitFor();
  await field(page).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
  await field(page).getByText(text.trim()).waitFor();
}

/** Writes a file as somebody else does. */
export async function saveElsewhere(server: SightglassProcess, id: string, text: string): Promise<void> {
  const answer = await fetch(`${server.address}/api/pipelines/${id}`, { method: 'PUT', headers: { 'content-type': 'application/yaml', 'if-match': '*' }, body: text });
  expect(answer.status).toBe(200);
}

/** Reads a file from the server. */
export const fileOf = async (server: SightglassProcess, id: string): Promise<string> => (await fetch(`${server.address}/api/pipelines/${id}?format=yaml`)).text();
