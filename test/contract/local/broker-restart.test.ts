/** What survives the broker's process, and how the process comes and goes. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../../../local/control.ts';
import { until } from '../../support/broker.ts';

const MAIN = join(import.meta.dirname, '../../../local/broker/main.ts');

let dataDir: string;
let children: Child[];

beforeEach(() => {
  children = [];
  dataDir = mkdtempSync(join(tmpdir(), 'broker-'));
  writeFileSync(
    join(dataDir, 'queues.json'),
    JSON.stringify({
      work: {
        lockDuration: 'PT1M',
        maxDeliveryCount: 3,
        defaultMessageTimeToLive: 'P1D',
        duplicateDetectionHistoryTimeWindow: 'PT10M',
      },
    }),
  );
});

afterEach(async () => {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(dataDir, { recursive: true });
});

async function start() {
  const child = await startChild({
    name: 'broker',
    script: MAIN,
    args: ['--port', '0', '--data', dataDir, '--queues', join(dataDir, 'queues.json')],
    env: {},
    onLine: () => undefined,
  });
  children.push(child);
  const client = new ServiceBusClient(String(child.facts['connectionString']), {
    retryOptions: { maxRetries: 0 },
  });
  const receiver = client.createReceiver('work', { maxAutoLockRenewalDurationInMs: 0 });
  return {
    child,
    client,
    receiver,
    sender: client.createSender('work'),
    receive: (count: number) => receiver.receiveMessages(count, { maxWaitTimeInMs: 3_000 }),
  };
}

const kill = async (child: Child) => {
  process.kill(child.pid, 'SIGKILL');
  await child.ended;
};

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const byBody = (messages: readonly ServiceBusReceivedMessage[]) =>
  messages.map((message): unknown => [message.body, message.deliveryCount]);

describe('the broker process', () => {
  it('announces port and connection string and answers for its queues', async () => {
    const { child, client, sender } = await start();
    await sender.sendMessages({ body: 1 });

    expect(child.facts).toEqual({
      port: expect.any(Number) as number,
      connectionString: `Endpoint=sb://127.0.0.1:${String(child.facts['port'])};SharedAccessKeyName=dev;SharedAccessKey=dev;UseDevelopmentEmulator=true;`,
    });
    expect(await child.ask('stats')).toEqual({
      work: {
        active: 1,
        locked: 0,
        scheduled: 0,
        deferred: 0,
        deadLettered: 0,
        nextScheduledAt: null,
        accepted: 1,
        completed: 0,
        duplicates: 0,
      },
    });
    await client.close();
  });

  it('ends on SIGTERM although clients are connected', async () => {
    const { child, client, sender } = await start();
    await sender.sendMessages({ body: 1 });

    process.kill(child.pid, 'SIGTERM');

    expect(await child.ended).toBe(0);
    await client.close();
  });

  it('ends when its parent is killed', async () => {
    const script = join(dataDir, 'parent.mjs');
    const control = join(import.meta.dirname, '../../../local/control.ts');
    const args = ['--queues', join(dataDir, 'queues.json')];
    writeFileSync(
      script,
      `import { startChild } from ${JSON.stringify(control)};
       const options = { name: 'broker', script: ${JSON.stringify(MAIN)}, args: ${JSON.stringify(args)}, env: {}, onLine() {} };
       console.log((await startChild(options)).pid);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const printed = await new Promise((resolve) => parent.stdout.once('data', resolve));
    const pid = Number(String(printed));
    expect(isRunning(pid)).toBe(true);

    parent.kill('SIGKILL');

    await until(() => !isRunning(pid));
  });

  it('loses nothing when it is killed: messages, settlements, schedules, history, counts', async () => {
    const before = await start();
    await before.sender.sendMessages(
      ['done', 'abandoned', 'deferred', 'dead', 'held'].map((body) => ({
        body,
        messageId: `id-${body}`,
        applicationProperties: { real: 1.5, of: body },
      })),
    );
    const due = new Date(Date.now() + 60_000);
    const [scheduledAs] = await before.sender.scheduleMessages({ body: 'later', messageId: 'id-later' }, due);
    const [done, abandoned, deferred, dead] = await before.receive(5);
    await before.receiver.completeMessage(done!);
    await before.receiver.deferMessage(deferred!);
    await before.receiver.deadLetterMessage(dead!, {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: 'very',
    });
    await before.receiver.abandonMessage(abandoned!);
    await kill(before.child);

    const after = await start();
    await after.sender.sendMessages({ body: 'again', messageId: 'id-done' });
    expect(await after.child.ask('stats')).toEqual({
      work: {
        active: 2,
        locked: 0,
        scheduled: 1,
        deferred: 1,
        deadLettered: 1,
        nextScheduledAt: due.toISOString(),
        accepted: 6,
        completed: 1,
        duplicates: 1,
      },
    });
    const messages = await after.receive(2);
    expect(byBody(messages)).toEqual([
      ['abandoned', 1],
      ['held', 1],
    ]);
    expect(messages[0]?.applicationProperties).toEqual({ real: 1.5, of: 'abandoned' });
    expect(byBody(await after.receiver.receiveDeferredMessages(deferred!.sequenceNumber!))).toEqual([
      ['deferred', 0],
    ]);
    const deadLetters = after.client.createReceiver('work', { subQueueType: 'deadLetter' });
    expect(await deadLetters.receiveMessages(1)).toMatchObject([{ body: 'dead', deadLetterReason: 'bad' }]);
    await after.sender.cancelScheduledMessages(scheduledAs!);
    await Promise.all([before.client.close(), after.client.close()]);
  });

  it('counts each killed delivery, until the message is dead', async () => {
    const first = await start();
    await first.sender.sendMessages({ body: 'killer' });
    for (const count of [0, 1, 2]) {
      const broker = count === 0 ? first : await start();
      expect(byBody(await broker.receive(1))).toEqual([['killer', count]]);
      await kill(broker.child);
      await broker.client.close();
    }

    const last = await start();

    expect(await last.child.ask('stats')).toMatchObject({ work: { active: 0, deadLettered: 1 } });
    await last.client.close();
  });

  it('has every message that it confirmed before it was killed', async () => {
    const before = await start();
    const confirmed: number[] = [];
    const sending = Array.from({ length: 400 }, async (_, n) => {
      await before.sender.sendMessages({ body: n, messageId: `m-${n}` });
      confirmed.push(n);
      if (confirmed.length === 100) process.kill(before.child.pid, 'SIGKILL');
    });
    // The sends that got no answer wait for a minute; nobody waits with them.
    void Promise.allSettled(sending);
    await before.child.ended;
    await setImmediate();

    const after = await start();
    const found = await after.receiver.peekMessages(400);

    expect(confirmed.length).toBeGreaterThanOrEqual(100);
    expect(found.map((message) => Number(message.body))).toEqual(expect.arrayContaining(confirmed));
    await after.client.close();
  });

  it('starts on a journal whose last line was cut off, and keeps the lines before it', async () => {
    const before = await start();
    await before.sender.sendMessages({ body: 'whole' });
    await kill(before.child);
    await before.client.close();
    const journal = join(dataDir, 'broker.journal');
    appendFileSync(journal, '["work",{"kind":"acce');

    const after = await start();
    await after.sender.sendMessages({ body: 'next' });

    expect(byBody(await after.receive(2))).toEqual([
      ['whole', 0],
      ['next', 0],
    ]);
    expect(readFileSync(journal, 'utf8')).not.toContain('"acce[');
    await after.client.close();
  });
});
