import { listLink } from '../../route.ts';
import type { ListView } from '../../tenant-view.ts';

/** Changes the view by its address, so that it can be kept and sent to others. */
export function show(view: ListView): void {
  const link = listLink(view);
  if (link === location.hash) return;
  history.replaceState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
