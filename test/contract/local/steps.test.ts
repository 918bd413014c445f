/** Steps of a timeline against an API that answers what it was asked: events, calls, and what calls hand on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseEstate, type Estate } from '../../../local/estates/estate.ts';
import { makeSteps, type Steps } from '../../../local/steps.ts';
import { anEstate, type EstateInput } from '../../support/azure.ts';

interface Asked {
  readonly what: string;
  readonly body: unknown;
}

interface Stage {
  readonly steps: Steps;
  /** Everything that was done, in order. */
  readonly done: readonly string[];
  readonly asked: readonly Asked[];
  readonly said: readonly string[];
}

/** A stage whose API answers `{ "items": [{ "id": "gap-1", "number": 2 }] }`, and 409 to every DELETE. */
async function aStage(timeline: EstateInput['timeline'], folder = aFolder()): Promise<Stage> {
  const [done, asked, said]: [string[], Asked[], string[]] = [[], [], []];
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const what = `${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`;
      asked.push({ what, body: text === '' ? null : JSON.parse(text) });
      done.push(what);
      response.writeHead(request.method === 'DELETE' ? 409 : 200);
      response.end(JSON.stringify({ items: [{ id: 'gap-1', number: 2 }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const note = (what: string) => {
    done.push(what);
    return Promise.resolve();
  };
  const steps = makeSteps({
    timeline: parsed(timeline),
    azure: { ask: (question, body) => note(`azure ${question} ${String(body)}`) },
    loader: { sendStep: (at) => note(`loader send-step ${at}`) },
    operator: {
      base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: () => Promise.resolve('a-token'),
      now: () => new Date('2026-03-10T12:00:00.000Z'),
    },
    file: join(folder, 'steps.json'),
    say: (line) => said.push(line),
  });
  return { steps, done, asked, said };
}

function parsed(timeline: EstateInput['timeline']): Estate['timeline'] {
  return parseEstate(JSON.stringify(anEstate({ timeline })), 'estate').timeline;
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pal-steps-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('a step of a timeline', () => {
  it('changes the estate, then sends its events, then asks as an operator', async () => {
    const { steps, done } = await aStage([
      { patch: { indexLagMs: 1 }, events: ['{}'], requests: [{ method: 'POST', path: '/sweeps' }] },
    ]);

    await steps.play(0);

    expect(done).toEqual(['azure apply-step 0', 'loader send-step 0', 'POST /sweeps Bearer a-token']);
    expect(steps.allAsExpected()).toBe(true);
  });

  it('hands values of answers on to later requests, as they are, and tells the time', async () => {
    const { steps, asked } = await aStage([
      {
        requests: [{ method: 'GET', path: '/gaps', keep: { gap: 'items[0].id', number: 'items[0].number' } }],
      },
      {
        requests: [
          {
            method: 'POST',
            path: '/gaps/{gap}/accept',
            body: {
              count: '{number}',
              text: '{number} of {gap}',
              until: '{now+1500}',
              ages: ['{now-1000}', 3],
            },
          },
        ],
      },
    ]);

    await steps.play(0);
    await steps.play(1);

    expect(asked.at(-1)).toEqual({
      what: 'POST /gaps/gap-1/accept Bearer a-token',
      body: {
        count: 2,
        text: '2 of gap-1',
        until: '2026-03-10T12:00:01.500Z',
        ages: ['2026-03-10T11:59:59.000Z', 3],
      },
    });
  });

  it('keeps every answer, with where its request stands', async () => {
    const { steps } = await aStage([{ requests: [{ method: 'GET', path: '/links' }] }]);

    await steps.play(0);

    const body = { items: [{ id: 'gap-1', number: 2 }] };
    expect(steps.answers()).toEqual([
      { at: 'timeline[0].requests[0]', request: 'GET /links', status: 200, body },
    ]);
  });

  it('takes the status it expects, and says of every other what was answered', async () => {
    const { steps, said } = await aStage([
      { requests: [{ method: 'DELETE', path: '/a', status: 409 }] },
      {
        requests: [
          { method: 'DELETE', path: '/b' },
          { method: 'GET', path: '/c', status: 404 },
        ],
      },
    ]);

    await steps.play(0);
    const first = steps.allAsExpected();
    await steps.play(1);

    expect([first, steps.allAsExpected()]).toEqual([true, false]);
    expect(said).toEqual([
      expect.stringContaining('error: timeline[1].requests[0]: DELETE /b was answered 409: {'),
      expect.stringContaining('error: timeline[1].requests[1]: GET /c was answered 200: {'),
    ]);
  });

  it('says what an answer does not have, and what nothing has kept', async () => {
    const { steps, said } = await aStage([
      { requests: [{ method: 'GET', path: '/a', keep: { gap: 'gaps[0].id' } }] },
      { requests: [{ method: 'POST', path: '/gaps/{nobody}/accept' }] },
    ]);

    await steps.play(0);
    await steps.play(1);

    expect(steps.allAsExpected()).toBe(false);
    expect(said).toEqual([
      'error: timeline[0].requests[0]: GET /a: the answer has nothing at gaps[0].id, to be kept as gap',
      'error: timeline[1].requests[0]: POST /gaps/{nobody}/accept: nothing was kept for {nobody}',
    ]);
  });

  it('in a directory that has had it changes the estate alone, and later ones know what was kept', async () => {
    const timeline: EstateInput['timeline'] = [
      { events: ['{}'], requests: [{ method: 'GET', path: '/gaps', keep: { gap: 'items[0].id' } }] },
      { requests: [{ method: 'POST', path: '/gaps/{gap}/accept' }] },
    ];
    const folder = aFolder();
    await (await aStage(timeline, folder)).steps.play(0);
    const { steps, done } = await aStage(timeline, folder);

    await steps.play(0);
    await steps.play(1);

    expect(done).toEqual([
      'azure apply-step 0',
      'azure apply-step 1',
      'POST /gaps/gap-1/accept Bearer a-token',
    ]);
  });
});
