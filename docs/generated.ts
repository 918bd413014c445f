import { z } from 'zod';
import { openApiDocument } from '../src/functions/api/contract/openapi-document.ts';
import { onboardingEvent } from '../src/lib/domain/event.ts';
import { noticeSchemas } from '../src/lib/domain/notice.ts';
import { apiPage } from './api-page.ts';
import { eventsPage } from './events-page.ts';
import { commandReference } from './command-reference.ts';
import { settingsPage } from './settings-page.ts';

const cloudEvents: Readonly<Record<string, readonly [title: string, schema: z.ZodType]>> = {
  'onboarding-event': ['Onboarding event', onboardingEvent],
  'notice-tenant-changed': ['A tenant has changed', noticeSchemas.tenant],
  'notice-link-changed': ['A link has changed', noticeSchemas.link],
  'notice-observer-changed': ['The observer’s sight has changed', noticeSchemas.observer],
  'notice-sweep-finished': ['A sweep has finished', noticeSchemas.sweep],
  'notice-message-parked': ['A message was parked', noticeSchemas.message],
};

/** The generated documents by file name, as text. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  const schemas = Object.entries(cloudEvents).map(([name, [title, schema]]) => {
    const $id = `https://pal-autopilot.invalid/schemas/${name}.schema.json`;
    const document = { $id, title: `${title} (CloudEvents 1.0, structured JSON)` };
    return [`${name}.schema.json`, { ...document, ...z.toJSONSchema(schema, { io: 'input' }) }] as const;
  });
  const documents: (readonly [string, object])[] = [...schemas, ['openapi.json', openApiDocument()]];
  return {
    ...Object.fromEntries(
      documents.map(([file, document]) => [file, `${JSON.stringify(document, null, 2)}\n`]),
    ),
    'api.md': apiPage(),
    'events.md': eventsPage(schemas as unknown as Parameters<typeof eventsPage>[0]),
    'cli.md': commandReference(),
    'settings.md': settingsPage(),
  };
}
