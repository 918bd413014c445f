import { deployedSettings } from '../infra/app-settings.ts';
import { settings } from '../src/lib/config.ts';
import { table } from './markdown.ts';

type Setting = (typeof settings)[number];

/** Sections of the page, in order; a setting stands in the first that its name fits. */
const sections: readonly (readonly [title: string, names: RegExp])[] = [
  ['Local runs only', /^(LOCAL_STACK|ARM_ENDPOINT|AUTHORITY_HOST|TABLES_CONNECTION_STRING|ServiceBus)$/],
  ['Links', /^(MODE|MANAGING_TENANT_ID|PARTNER|GLOBAL_PARTNER|WHEN_LINKED|UNLINK|LINK_|ATTESTATION)/],
  ['The linked identity', /^(PRINCIPAL|ADDITIONAL_PRINCIPALS|ALLOW_SECRETS)/],
  ['Reading customers', /^(OBSERVER|CLOUD|ALLOW_SOVEREIGN|ROLE_|INCLUDE|EXCLUDE|WATCH)/],
  ['What customers delegate', /^(OFFER|ENGINEERS)/],
  ['Customers that come and go', /^(TRUSTED|EXPECT|SECOND_LOOK|STALE|ADOPT)/],
  ['Sweeps', /^SWEEP_(?!S_QUEUE)/],
  ['The API and notices', /^(API|PUBLIC_URL|NOTICE_|DIGEST)/],
  ['Queues and tables', /^(TABLES|ServiceBus|.*_QUEUE)/],
  ['Telemetry', /^(TELEMETRY|OTEL|APPLICATIONINSIGHTS)/],
  ['Pace and patience', /./],
];

/** docs/settings.md: every setting as its schema describes it, and whether a deployment gives it already. */
export function settingsPage(): string {
  const deployed = new Set(Object.values(deployedSettings()).flat());
  const [local, ...others] = sections.map(([title]) => ({
    title,
    rows: settings
      .filter(({ name }) => sections.find(([, names]) => names.test(name))?.[0] === title)
      .map((setting) => [`\`${setting.name}\``, setting.description, whenAbsent(setting, deployed)]),
  }));
  const parts = [...others, ...(local ? [local] : [])].filter(({ rows }) => rows.length > 0);
  return [
    '# Settings',
    '',
    '<!-- Made from src/lib/config.ts by `npm run docs`. -->',
    '',
    'Environment variables; app settings in Azure, `--set NAME=VALUE` in a local run. An empty one counts as absent. A wrong one',
    'stops the start: the error names every faulty setting, never its value. Names that end in `_MS` are milliseconds,',
    'schedules have six fields (seconds first) and are UTC, lists are separated by commas.',
    '',
    '**Required** means that nothing starts without; “set” that `azd provision` gives it; all others go into `PAL_SETTINGS`',
    '([deploy](deploy.md)).',
    ...parts.flatMap(({ title, rows }) => [
      '',
      `## ${title}`,
      '',
      ...table(['setting', 'meaning', 'when it is not given'], rows),
    ]),
    '',
  ].join('\n');
}

function whenAbsent({ name, required, byDefault }: Setting, deployed: ReadonlySet<string>): string {
  const value = required ? '**required**' : valueOf(name, byDefault);
  return deployed.has(name) ? `${value}; set` : value;
}

function valueOf(name: string, value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'object') return 'none';
  if (typeof value === 'number' && name.endsWith('_MS')) return `\`${value}\` (${duration(value)})`;
  return `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}

const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** In the largest unit that leaves no fraction. */
function duration(ms: number): string {
  const [size, name] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? [1, 'millisecond'];
  const amount = ms / size;
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}
