import * as z from 'zod';

const day = z.iso.date();
const window = z.iso.datetime();

/** Which entries a notice is made of, as `EntrySelection`. */
const selection = z.object({ firstDay: day, lastDay: day, from: window, until: window });

/**
 * A message on the `notices` queue. It names what to tell of, never the words: those are on record.
 * `tell`: go through one window of one day's announcements. `digest`: go through what was left for the day's digest.
 * `deliver`: one route's share of either; a message of its own, so that a sink in trouble keeps no other waiting.
 */
export const noticeRequest = z.discriminatedUnion('do', [
  z.object({ do: z.literal('tell'), window, day }),
  z.object({ do: z.literal('digest'), from: window, until: window }),
  z.object({
    do: z.literal('deliver'),
    route: z.string().min(1).max(32),
    urgency: z.enum(['at-once', 'daily']),
    selection,
    /** Notices that have arrived. Earlier versions counted the bodies they came in, which are no more: some are told twice. */
    sent: z.int().min(0),
    /** Counted failures so far. */
    attempt: z.int().min(0),
    /** Rises with every copy. */
    hop: z.int().min(0),
    /** When the notice was first due (ISO instant). */
    since: z.iso.datetime(),
  }),
]);

export type NoticeRequest = z.infer<typeof noticeRequest>;
export type Delivery = Extract<NoticeRequest, { do: 'deliver' }>;

/** What a notice is called, the same for every copy and every try: letters, digits and `-`. */
export function noticeId({ urgency, selection: { from, until, lastDay }, route }: Delivery): string {
  const which = urgency === 'daily' ? compact(until) : `${compact(from)}-${compact(lastDay)}`;
  return `${urgency}-${which}-${route}`;
}

/** The id under which Service Bus folds duplicates (at most 128 characters). */
export function noticeMessageId(request: NoticeRequest): string {
  switch (request.do) {
    case 'tell':
      return `tell~${request.window}~${request.day}`;
    case 'digest':
      return `digest~${request.until}`;
    case 'deliver':
      return `deliver~${noticeId(request)}~${request.hop}`;
  }
}

function compact(instant: string): string {
  return instant.replaceAll(/[^0-9A-Za-z]/g, '');
}
