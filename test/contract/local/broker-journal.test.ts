import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openJournal } from '../../../local/broker/journal.ts';
import type { QueueRecord } from '../../../local/broker/queue.ts';

function aDirectory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => {
    rmSync(dataDir, { recursive: true });
  });
  return dataDir;
}

const aMessage = (sequenceNumber: number, content: Buffer) => ({
  sequenceNumber,
  enqueuedSequenceNumber: sequenceNumber,
  messageId: `m-${sequenceNumber}`,
  enqueuedAt: 0,
  dueAt: null,
  ttlMs: null,
  state: 'active' as const,
  deliveryCount: 0,
  properties: {},
  deadLetterSource: null,
  content,
});

function open(
  dataDir: string,
  snapshot: (
    replayed: readonly (readonly [string, QueueRecord<Buffer>])[],
  ) => (readonly [string, QueueRecord<Buffer>])[],
  rewriteAboveBytes?: number,
) {
  const replayed: (readonly [string, QueueRecord<Buffer>])[] = [];
  const journal = openJournal<Buffer>({
    dataDir,
    encode: (content) => content,
    decode: (bytes) => bytes,
    replay: (queue, record) => replayed.push([queue, record]),
    snapshot: () => snapshot(replayed),
    ...(rewriteAboveBytes === undefined ? {} : { rewriteAboveBytes }),
  });
  return { journal, replayed };
}

it('gives back what was flushed, contents byte for byte, lines longer than any buffer', () => {
  const dataDir = aDirectory();
  const bytes = Buffer.from(Array.from({ length: 3 << 20 }, (_, i) => (i * 7) % 256));
  const record = { kind: 'accepted', message: aMessage(1, bytes), at: 5 } as const;
  const first = open(dataDir, (replayed) => [...replayed]);
  first.journal.append('work', record);
  first.journal.append('work', { kind: 'locked', sequenceNumber: 1 });
  first.journal.flush();
  first.journal.append('work', { kind: 'removed', sequenceNumber: 1, completed: true });
  first.journal.close();

  const { replayed } = open(dataDir, (again) => [...again]);

  expect(replayed).toEqual([
    ['work', record],
    ['work', { kind: 'locked', sequenceNumber: 1 }],
  ]);
});

it('is rewritten when it has outgrown what there is to remember', () => {
  const dataDir = aDirectory();
  const left = ['work', { kind: 'seen', messageId: 'm-1', at: 5 }] as const;
  const { journal } = open(dataDir, () => [left], 2_000);

  for (let i = 0; i < 100; i += 1) {
    journal.append('work', { kind: 'duplicate' });
    journal.flush();
  }
  journal.close();

  expect(statSync(join(dataDir, 'broker.journal')).size).toBeLessThan(2_100);
  const { replayed } = open(dataDir, () => [left]);
  expect(replayed[0]).toEqual(left);
});
