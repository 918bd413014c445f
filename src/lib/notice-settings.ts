import * as z from 'zod';
import { namesPrivateAddress } from './adapters/notices/private-addresses.ts';
import type { NoticeRoute } from './domain/notice-route.ts';

const settingName = z.string().regex(/^[A-Z][A-Z0-9_]{1,63}$/, 'must be the name of a setting');

/** One element of `NOTICE_ROUTES`. What is secret may stand in a setting of its own, such as a Key Vault reference. */
export const noticeRouteSetting = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,32}$/, 'must be a short name of letters, digits and -')
    .optional(),
  sink: z.enum(['teams', 'webhook']),
  url: z.string().min(1).optional(),
  urlSetting: settingName.optional(),
  secret: z.string().min(1).optional(),
  secretSetting: settingName.optional(),
  tags: z.record(z.string().min(1).max(64), z.string().max(256)).default({}),
  min: z.enum(['immediate', 'all']).default('all'),
});

type Given = z.infer<typeof noticeRouteSetting>;
type Settings = Readonly<Record<string, string | undefined>>;

/** The routes as the settings give them. A route without a name is called after its sink and its place in the list. */
export function noticeRoutes(given: readonly Given[], settings: Settings): NoticeRoute[] {
  return given.map((route, index) => ({
    name: route.name ?? `${route.sink}-${index + 1}`,
    sink: route.sink,
    url: (route.url ?? settings[route.urlSetting ?? ''] ?? '').trim(),
    secrets: secretsOf(route, settings),
    tags: route.tags,
    min: route.min,
  }));
}

function secretsOf(route: Given, settings: Settings): string[] {
  const text = route.secret ?? settings[route.secretSetting ?? ''] ?? '';
  return text.split(/\s+/).filter((secret) => secret !== '');
}

/** What is wrong with the routes, in words that name no value. `local` allows plain HTTP and this machine. */
export function noticeRouteFaults(given: readonly Given[], settings: Settings, local: boolean): string[] {
  const routes = noticeRoutes(given, settings);
  const names = routes.map(({ name }) => name);
  const twice = new Set(names).size < names.length ? ['two routes have the same name'] : [];
  return [
    ...twice,
    ...routes.flatMap((route, index) => faultsOf(route, local).map((f) => `[${index}].${f}`)),
  ];
}

function faultsOf(route: NoticeRoute, local: boolean): string[] {
  return [...urlFaults(route, local), ...(route.sink === 'webhook' ? secretFaults(route.secrets) : [])];
}

function urlFaults({ sink, url }: NoticeRoute, local: boolean): string[] {
  if (url === '') return ['url: is missing (url, or urlSetting with the name of a setting that has it)'];
  const parsed = URL.parse(url);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return ['url: is not a web address'];
  if (parsed.username || parsed.password) return ['url: must not hold a user name or password'];
  if (sink === 'teams' && isRetiredConnector(parsed)) {
    return [
      'url: is an Office 365 connector, which Microsoft has retired; make a Teams workflow “Post to a channel when a webhook request is received” and use its address',
    ];
  }
  if (local) return [];
  if (parsed.protocol !== 'https:') return ['url: must be https'];
  return namesPrivateAddress(parsed)
    ? ['url: names an address inside a network; notices go outside only']
    : [];
}

function isRetiredConnector({ hostname, pathname }: URL): boolean {
  const host = hostname.toLowerCase();
  if (host === 'webhook.office.com' || host.endsWith('.webhook.office.com')) return true;
  return /^outlook\.office(365)?\.com$/.test(host) && pathname.toLowerCase().startsWith('/webhook');
}

/** Standard Webhooks: `whsec_` and 24 to 64 random bytes in Base64. */
function secretFaults(secrets: readonly string[]): string[] {
  if (secrets.length === 0)
    return ['secret: is missing (secret, or secretSetting with the name of a setting that has it)'];
  const sound = secrets.every((secret) => {
    const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
    const bytes = Buffer.from(base64 ?? '', 'base64').length;
    return bytes >= 24 && bytes <= 64;
  });
  return sound ? [] : ['secret: must be whsec_ and 24 to 64 random bytes in Base64'];
}
