import { layoutOf } from './layout.js';
import type { LayoutInput } from './layout.js';

// The page stays as quick as it is while a large graph is laid out.
addEventListener('message', ({ data }: MessageEvent<{ id: number; input: LayoutInput }>) => {
  postMessage({ id: data.id, layout: layoutOf(data.input) });
});
