/** The watcher through the whole stack: what the activity log says of delegations is looked at without an event. */
import { expect, it, onTestFinished } from 'vitest';
import { runStack, type StackReport } from '../support/stack.ts';

it('finds a delegation that came when the waiting was over, and one that went', async () => {
  const running = await runStack('test/fixtures/estates/watch/log.json');
  onTestFinished(() => running.stop());

  const told = async () =>
    ((await running.stack.report()) as unknown as StackReport).tenants.map(
      ({ displayName, state, reason }) => [displayName, state, reason],
    );

  await expect.poll(told, { timeout: 25_000, interval: 500 }).toEqual([
    ['Delegated when nobody looked any more', 'earning', null],
    ['Delegation removed', 'not-delegated', 'gone'],
  ]);
  expect((await running.azure()).calls).toMatchObject({
    'GET /providers/Microsoft.Insights/eventtypes/management/values': expect.any(Number) as number,
  });
});
