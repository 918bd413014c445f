import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/lib/config.ts';
import { someSettings } from '../../support/settings.ts';

const minutes = (duration: string) => {
  const [hours = 0, rest = 0] = duration.split(':').map(Number);
  return hours * 60 + rest;
};

it('a message stays locked as long as its run may take, and a sweep keeps its lease longer', () => {
  const host = JSON.parse(readFileSync('host.json', 'utf8')) as {
    readonly functionTimeout: string;
    readonly extensions: { readonly serviceBus: { readonly maxAutoLockRenewalDuration: string } };
  };
  const run = minutes(host.functionTimeout);

  expect(minutes(host.extensions.serviceBus.maxAutoLockRenewalDuration)).toBe(run);
  expect(loadConfig(someSettings()).sweep.leaseMs).toBeGreaterThan(run * 60_000);
});
