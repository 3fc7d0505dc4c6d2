import { layoutOf } from './layout.js';
import type { LayoutInput } from './layout.js';

// The page stays as quick as it is while a large graph is laid out.
addEventListener('message', ({ data }: MessageEvent<{ id: number; input: LayoutInput }>) => {
  const layout = layoutOf(data.input);
  postMessage({ id: data.id, layout }, { transfer: [layout.x, layout.y, layout.rank, layout.row, layout.points, layout.starts].map(({ buffer }) => buffer) });
});
