import { noticeMessageId, type NoticeRequest } from '../domain/notice-request.ts';
import type { Queues } from '../domain/ports.ts';

/** Puts a request on `notices`, now or at a time, under the id that folds duplicates. */
export async function askNotice(queues: Queues, request: NoticeRequest, at?: Date): Promise<void> {
  await queues.send('notices', {
    messageId: noticeMessageId(request),
    body: new TextEncoder().encode(JSON.stringify(request)),
    ...(at ? { at } : {}),
  });
}
