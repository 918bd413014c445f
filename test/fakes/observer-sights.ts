import type { ObserverSight } from '../../src/lib/domain/observer-sight.ts';
import type { ObserverSights } from '../../src/lib/domain/ports.ts';
import { aTrouble, makeRows, type Trouble } from './storage.ts';

/** The observer's row in memory. */
export function makeFakeObserverSights(): ObserverSights & Trouble {
  const rows = makeRows<ObserverSight>();
  const trouble = aTrouble();
  return {
    ...trouble,
    async read() {
      trouble.meet('read');
      return Promise.resolve(rows.get('sight'));
    },
    async write(sight, etag) {
      trouble.meet('write');
      rows.write('sight', sight, etag);
      return Promise.resolve();
    },
  };
}
