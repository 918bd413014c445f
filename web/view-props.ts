import type { Session } from './session.ts';
import type { Store } from './store.ts';

/** What every view is given. */
export interface ViewProps {
  readonly store: Store;
  readonly session: Session;
}
