/**
 * Triggered by /api/links. Promises: a page of links as they were last read. Reads only, so a call that fails changed
 * nothing and is told to the caller.
 */
import { listLinks } from './contract/links.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';
import { linkItemOf, linkKeyOf, linkKeyText } from './view/link-item.ts';

export const links = endpoint('api-links', [
  serve(listLinks, async ({ query: { top, continuation }, api }) => {
    const found = await api.listLinks(continuation ? linkKeyOf(continuation) : null, top + 1);
    const items = found.slice(0, top);
    const last = items.at(-1);
    const next = found.length > top && last ? linkKeyText(last.record) : null;
    return reply(200, { items: items.map(linkItemOf), continuation: next });
  }),
]);
