import { z } from 'zod';
import { openApiDocument } from '../src/functions/api/contract/openapi-document.ts';
import { onboardingEvent } from '../src/lib/domain/event.ts';

/** The generated documents by file name, as text. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  const schema = {
    $id: 'https://pal-autopilot.invalid/schemas/onboarding-event.schema.json',
    title: 'Onboarding event (CloudEvents 1.0, structured JSON)',
    ...z.toJSONSchema(onboardingEvent, { io: 'input' }),
  };
  const text = (document: object) => `${JSON.stringify(document, null, 2)}\n`;
  return { 'onboarding-event.schema.json': text(schema), 'openapi.json': text(openApiDocument()) };
}
