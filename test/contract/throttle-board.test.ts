import { describe, expect, it } from 'vitest';
import { bucketOf, type ThrottleBoard } from '../../src/lib/adapters/arm/bucket-gate.ts';
import { makeThrottleBoard } from '../../src/lib/adapters/tables/throttle-board.ts';
import { makeFakeThrottleBoard } from '../fakes/throttle-board.ts';
import { useAzurite } from '../support/azurite.ts';
import { ids } from '../support/delegations.ts';

const azurite = useAzurite();
const reads = bucketOf(ids.pal, ids.managingTenant, 'reads');
const graph = bucketOf(ids.pal, ids.managingTenant, 'graph');

const implementations: { name: string; make: () => ThrottleBoard }[] = [
  { name: 'in memory', make: makeFakeThrottleBoard },
  { name: 'in Table Storage', make: () => makeThrottleBoard(azurite.table()) },
];

describe.each(implementations)('the throttle board $name', ({ make }) => {
  it('knows no reason to wait for a bucket that was never closed', async () => {
    expect(await make().notBefore(reads)).toBeNull();
  });

  it('tells until when a bucket is closed', async () => {
    const board = make();

    await board.close(reads, new Date('2026-03-10T12:00:17.000Z'));

    expect(await board.notBefore(reads)).toEqual(new Date('2026-03-10T12:00:17.000Z'));
  });

  it('keeps buckets apart', async () => {
    const board = make();

    await board.close(reads, new Date('2026-03-10T12:00:17.000Z'));

    expect(await board.notBefore(graph)).toBeNull();
  });

  it('takes the word that came last', async () => {
    const board = make();

    await board.close(reads, new Date('2026-03-10T12:00:17.000Z'));
    await board.close(reads, new Date('2026-03-10T12:01:00.000Z'));

    expect(await board.notBefore(reads)).toEqual(new Date('2026-03-10T12:01:00.000Z'));
  });
});
