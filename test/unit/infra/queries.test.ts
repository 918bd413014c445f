import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ArmClientDeps } from '../../../src/lib/adapters/arm/arm-client.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { LogFields } from '../../../src/lib/domain/log.ts';
import { tenantStates } from '../../../src/lib/domain/tenant-state.ts';
import { makeKeepParked } from '../../../src/lib/usecases/keep-parked.ts';
import { makeLoggedOutbox } from '../../../src/lib/usecases/logged-outbox.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { makeFakeOutbox } from '../../fakes/outbox.ts';
import { makeFakeParkedMessages } from '../../fakes/parked-messages.ts';
import { aLinkAnnouncement } from '../../support/notices.ts';
import { aMessage, aRequest } from '../../support/requests.ts';
import { aSweepStage, putCustomer } from '../../support/sweep-stage.ts';

/** What is told when Azure asks to wait; app.ts logs it as it is. */
const throttled: Parameters<ArmClientDeps['onThrottled']>[0] = { path: '/subscriptions', requestId: null };

/** Entries of the log, told by the very code that tells them in life. */
async function logged(): Promise<ReadonlyMap<string, LogFields>> {
  const stage = aSweepStage();
  putCustomer(stage, 1);
  await stage.sweepOnce();
  stage.ledger.fail('read', new Failure('denied', 'No.'), 1);
  await stage.reconcile(aMessage(aRequest()));
  const log = makeFakeLog();
  const kept = {
    queue: 'onboarding',
    messageId: 'm',
    reason: 'r',
    body: new Uint8Array(1),
    attempts: 1,
    lineage: [],
  };
  const outbox = makeFakeOutbox();
  await makeKeepParked({ parked: makeFakeParkedMessages(), outbox, log, digest: (text) => text })({
    ...kept,
    enqueuedAt: null,
    parkedAt: '2026-03-10T12:00:00.000Z',
  });
  await makeLoggedOutbox(outbox, log).announce([aLinkAnnouncement({ from: 'linked', to: 'unlinked' })]);
  const entries = [...stage.log.entries, ...log.entries].map(({ event, fields }) => [event, fields] as const);
  return new Map([...entries, ['upstream.throttled', throttled]]);
}

/** Every query, by the file it stands in. */
const queries = [
  ...[...readFileSync('infra/modules/alerts.bicep', 'utf8').matchAll(/ query: '(.*)'$/gm)].map(
    ([, query = '']) => ['infra/modules/alerts.bicep', query] as const,
  ),
  ...(
    JSON.parse(readFileSync('infra/workbook.json', 'utf8')) as {
      readonly items: readonly { readonly content: { readonly query?: string } }[];
    }
  ).items.flatMap(({ content }) =>
    content.query === undefined ? [] : [['infra/workbook.json', content.query] as const],
  ),
];
const known = [...readFileSync('src/lib/domain/log.ts', 'utf8').matchAll(/^ {2}\| '([a-z.-]+)'/gm)].map(
  ([, event]) => event ?? '',
);

it('alerts and workbook ask for what is there', () => {
  expect(queries.length).toBeGreaterThan(14);
  expect(queries.filter(([, query]) => !/^App(Traces|Requests|Dependencies)\b/.test(query))).toEqual([]);
});

const ofLog = queries.flatMap(([file, query]) => {
  const event = /Message startswith "([^"]+) "/.exec(query)?.[1];
  return event === undefined ? [] : [{ file, query, event }];
});

it.each(ofLog)(
  '$file asks for $event, reads it from where its facts begin, and only facts it has',
  async ({ query, event }) => {
    const begins = [...query.matchAll(/substring\(Message, (\d+)\)/g)].map(([, at]) => Number(at));
    const asked = [...query.matchAll(/(?:facts|parse_json\([^()]+\([^()]+\)\))\.(\w+)/g)].map(
      ([, field = '']) => field,
    );

    expect(known).toContain(event);
    expect(begins.filter((at) => at !== `${event} `.length)).toEqual([]);
    expect(asked.length > 0).toBe(/facts\.|\)\.\w/.test(query));
    // Without a fact it is only counted.
    const told = asked.length === 0 ? {} : ((await logged()).get(event) ?? {});
    expect(asked.filter((field) => !(field in told))).toEqual([]);
  },
);

it('the workbook shows every state a tenant can be in', () => {
  const workbook = readFileSync('infra/workbook.json', 'utf8');

  expect(tenantStates.filter((state) => !workbook.includes(`'${state}'`))).toEqual([]);
});

it('nothing that an alert listens for is sampled away', () => {
  const { logging } = JSON.parse(readFileSync('host.json', 'utf8')) as {
    logging: { applicationInsights: { samplingSettings: { excludedTypes: string } } };
  };

  expect(logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toEqual(
    expect.arrayContaining(['Trace', 'Request', 'Exception']),
  );
});

it('every alert has its line in the operators’ page', () => {
  const alerts = [...readFileSync('infra/modules/alerts.bicep', 'utf8').matchAll(/'(pal-[a-z-]+)'/g)].map(
    ([, name]) => name ?? '',
  );
  const page = readFileSync('docs/operate.md', 'utf8');

  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((name) => !page.includes(`| \`${name}\` `))).toEqual([]);
});
