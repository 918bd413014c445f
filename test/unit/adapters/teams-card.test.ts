import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { teamsCard } from '../../../src/lib/adapters/notices/teams-card.ts';
import type { Notice } from '../../../src/lib/domain/notice.ts';
import type { Digest } from '../../../src/lib/domain/ports.ts';
import { aLinkNotice, aTenantNotice } from '../../support/notices.ts';

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly items?: readonly Block[];
}

interface Card {
  readonly type: string;
  readonly version: string;
  readonly body: readonly Block[];
  readonly actions?: readonly { readonly type: string; readonly url: string }[];
}

function aDigest(notices: readonly Notice[], urgency: Digest['urgency'] = 'at-once'): Digest {
  return { id: 'at-once-1', urgency, notices };
}

function cardOf(text: string): Card {
  const message = JSON.parse(text) as {
    type: string;
    attachments: { contentType: string; contentUrl: null; content: Card }[];
  };
  expect(message).toMatchObject({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }],
  });
  expect(message.attachments).toHaveLength(1);
  return message.attachments[0]!.content;
}

const textsOf = (blocks: readonly Block[]): string[] =>
  blocks.flatMap(({ text, items }) => [...(text === undefined ? [] : [text]), ...textsOf(items ?? [])]);

describe('a card for Teams', () => {
  it.each<[string, string, string, number, string]>([
    ['lost what it earned', 'earning', 'partly-earning', 0, 'Customers have stopped earning'],
    ['has a gap', 'unobserved', 'not-earning', 1, 'Customers have stopped earning'],
    ['lost all of it', 'partly-earning', 'not-delegated', 0, 'Customers have stopped earning'],
    ['earns again', 'not-earning', 'earning', 0, 'Customers are set up to earn'],
    ['is no longer ours', 'earning', 'offboarded', 0, 'Customers have changed'],
  ])('is headed by what came about: a customer that %s', (_, from, to, gaps, headline) => {
    const gapsOpened = { total: gaps, listed: [] };

    const card = cardOf(teamsCard(aDigest([aTenantNotice(1, { state: { from, to }, gapsOpened })])));

    expect(textsOf(card.body)[0]).toBe(headline);
  });

  it('is headed by the worst that came about', () => {
    const better = aTenantNotice(1, {
      state: { from: 'not-earning', to: 'earning' },
      gapsOpened: { total: 0, listed: [] },
    });

    const card = cardOf(teamsCard(aDigest([better, aTenantNotice(2)])));

    expect(textsOf(card.body)[0]).toBe('Customers have stopped earning');
  });

  it('holds no half characters', () => {
    const text = teamsCard(aDigest([aTenantNotice(1, { summary: 'Contoso \uD83D: earning' })]));

    expect(JSON.parse(text)).toEqual(JSON.parse(text.replaceAll(/\\ud[89a-f]\w\w/gi, '?')));
    expect(text).toContain('\uFFFD');
  });

  it('says first that nothing can be looked at, where that is so', () => {
    const common = { specversion: '1.0', source: 'urn:x', time: '2026-03-10T12:00:00.000Z' } as const;
    const blind: Notice = {
      ...common,
      type: 'pal.observer.changed.v1',
      id: 'observer~1',
      subject: 'observer',
      datacontenttype: 'application/json',
      data: {
        version: 1,
        sight: 'lost',
        trouble: 'Entra refused.',
        causeId: 'event-1',
        summary: 'The observer is refused.',
        remedy: 'Check its identity.',
        page: null,
      },
    };
    const card = cardOf(teamsCard(aDigest([aTenantNotice(), blind])));

    expect(textsOf(card.body).slice(0, 3)).toEqual([
      'Nothing can be looked at',
      '1 observer · 1 customer',
      'The observer is refused.',
    ]);
  });

  it('says what changed, why, what to do, and where to look', () => {
    const card = cardOf(teamsCard(aDigest([aTenantNotice()])));

    expect(card).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
    expect(textsOf(card.body)).toEqual([
      'Customers have stopped earning',
      '1 customer',
      expect.stringMatching(
        /^Customer 1: earning → not-earning, role-not-eligible, 1 gap opened\. \[Open\]\(https:/,
      ),
      'Deploy the offer again with a role that earns.',
    ]);
    expect(card.actions).toEqual([
      {
        type: 'Action.OpenUrl',
        title: 'Open PAL Autopilot',
        url: 'https://pal.fabrikam.example/api/dashboard',
      },
    ]);
  });

  it('puts a link that is lost before any customer', () => {
    const texts = textsOf(cardOf(teamsCard(aDigest([aTenantNotice(), aLinkNotice()]))).body);

    expect(texts[0]).toBe('A partner link has changed');
    expect(texts[1]).toBe('1 link · 1 customer');
    expect(texts[2]).toContain('linked → unlinked');
  });

  it('is named a digest once a day, and has no link where the settings name no address', () => {
    const card = cardOf(teamsCard(aDigest([aTenantNotice(1, { page: null })], 'daily')));

    expect(textsOf(card.body)[0]).toBe('Partner links: the day’s digest');
    expect(card.actions).toBeUndefined();
  });

  it('stays below the limit with any number of customers, and counts those left out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 2_000 }),
        (customers, length) => {
          const notices = Array.from({ length: customers }, (_, n) =>
            aTenantNotice(n + 1, { summary: `${'é'.repeat(length)}.`, page: null }),
          );
          const text = teamsCard(aDigest(notices));
          const card = cardOf(text);
          const shown = card.body.filter(({ type }) => type === 'Container').length;
          const more = textsOf(card.body).find((line) => line.startsWith('… and'));

          expect(Buffer.byteLength(text)).toBeLessThan(18_000);
          expect(card.version).toBe('1.4');
          expect(shown > 0 || customers === 0).toBe(true);
          expect(more).toBe(shown < customers ? `… and ${customers - shown} more.` : undefined);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('shows a customer’s name as it is, though it be written like a link', () => {
    const summary = '[click](https://evil.example) **now**\nand `here`';
    const texts = textsOf(cardOf(teamsCard(aDigest([aTenantNotice(1, { summary, page: null })]))).body);

    expect(texts[2]).toBe('\\[click\\](https://evil.example) \\*\\*now\\*\\* and \\`here\\`');
  });
});
