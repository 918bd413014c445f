/** Builders of what people are to hear of. */
import type { MessageAnnouncement } from '../../src/lib/domain/announcement.ts';

/** A parked message that came about on 10 March 2026, at noon. */
export function anAnnouncement(id: string, changes: Partial<MessageAnnouncement> = {}): MessageAnnouncement {
  return {
    kind: 'message',
    id,
    at: '2026-03-10T12:00:00.000Z',
    queue: 'onboarding',
    messageId: 'message-1',
    reason: 'The message body is not valid JSON in UTF-8.',
    attempts: 1,
    ...changes,
  };
}
