import { z } from 'zod';
import { openApiDocument } from '../src/functions/api/contract/openapi-document.ts';
import { onboardingEvent } from '../src/lib/domain/event.ts';
import { noticeSchemas } from '../src/lib/domain/notice.ts';
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
  const schemas = Object.entries(cloudEvents).map(([name, [title, schema]]): [string, object] => {
    const $id = `https://pal-autopilot.invalid/schemas/${name}.schema.json`;
    const document = { $id, title: `${title} (CloudEvents 1.0, structured JSON)` };
    return [`${name}.schema.json`, { ...document, ...z.toJSONSchema(schema, { io: 'input' }) }];
  });
  const documents: [string, object][] = [...schemas, ['openapi.json', openApiDocument()]];
  const texts = documents.map(([file, document]): [string, string] => [
    file,
    `${JSON.stringify(document, null, 2)}\n`,
  ]);
  return { ...Object.fromEntries(texts), 'settings.md': settingsPage(), 'cli.md': commandReference() };
}
