import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { anEstate } from '../support/estate.ts';
import { runStack, temporaryDirectory } from '../support/stack.ts';

it('refuses to start with wrong settings, and names every one of them but no value', async () => {
  const dataDir = temporaryDirectory();

  const start = runStack(anEstate(1), {
    dataDir,
    set: { PARTNER_ID: '0123-secret', MODE: 'yolo', RETRY_LIMIT: 'many-secret' },
  });

  const error = await start.then(
    () => 'it started',
    (refused: unknown) => String(refused),
  );
  rmSync(dataDir, { recursive: true });
  expect(error).toContain('PARTNER_ID');
  expect(error).toContain('MODE');
  expect(error).toContain('RETRY_LIMIT');
  expect(error).not.toContain('secret');
  expect(error).not.toContain('yolo');
});
