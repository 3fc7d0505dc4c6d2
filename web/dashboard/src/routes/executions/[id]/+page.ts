import { Opening } from '../../../features/execution/opening.js';
import { server } from '../../../shared/api.js';

let isFirst = true;

// What is only pointed at is not read: of all links that are passed on the way none costs the server anything.
export function load({ params }: { params: { id: string } }): { opening: Opening | null } {
  const opening = isFirst ? new Opening(params.id, server) : null;
  isFirst = false;
  return { opening };
}
