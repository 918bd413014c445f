import { describe, expect, it } from 'vitest';
import { makeObserverSights } from '../../src/lib/adapters/tables/observer-sights.ts';
import { makeFakeObserverSights } from '../fakes/observer-sights.ts';
import { useAzurite } from '../support/azurite.ts';

const azurite = useAzurite();
const blind = { blindSince: '2026-03-10T12:00:00.000Z', version: 1 };
const seeing = { blindSince: null, version: 2 };

describe.each([
  ['in memory', makeFakeObserverSights],
  ['in Table Storage', () => makeObserverSights(azurite.table())],
])('the row of the observer %s', (_where, make) => {
  it('is not there before anything was noted', async () => {
    expect(await make().read()).toBeNull();
  });

  it('keeps what was written last', async () => {
    const sights = make();

    await sights.write(blind, null);
    await sights.write(seeing, (await sights.read())?.etag ?? null);

    expect((await sights.read())?.record).toEqual(seeing);
  });

  it('is written by one of two who found out together', async () => {
    const sights = make();

    await sights.write(blind, null);

    await expect(sights.write(blind, null)).rejects.toMatchObject({ kind: 'conflict' });
    await sights.write(seeing, (await sights.read())?.etag ?? null);
    await expect(sights.write(seeing, 'W/"old"')).rejects.toMatchObject({ kind: 'conflict' });
  });
});
