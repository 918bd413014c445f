/**
 * The built dashboard over real HTTP, with whatever API behind it, and an Entra that lets the browser's person in at once.
 * For what has to be seen in every state and cannot wait for a whole stack.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRequest, HttpResponse } from '@azure/functions';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { answerPage } from '../../src/functions/dashboard/answer.ts';
import { makePageFiles } from '../../src/functions/dashboard/files.ts';
import type { ApiRole } from '../../src/lib/domain/caller.ts';
import type { Answered, Call } from './api.ts';
import { ids } from './delegations.ts';

const ENTRA = 'https://entra.example';
const clientId = '5d3c0d3e-7a11-4c0b-9f7e-2b8a6d94e1f0';
const signIn = {
  authority: `${ENTRA}/${ids.managingTenant}`,
  clientId,
  scope: `${clientId}/.default`,
  local: true,
};

/** An API as `anApi` sends to it: method, path and query below `/api`, and the call. */
export type Answering = (method: string, target: string, call: Call) => Promise<Answered>;

export interface ServedDashboard {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the pages of the last build on a free port of this machine. */
export async function serveDashboard(api: Answering): Promise<ServedDashboard> {
  const files = makePageFiles('dist/web');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const file = /^\/api\/dashboard\/?(.*)$/.exec(url.pathname)?.[1];
    const answering = file === undefined ? callApi(api, request, url) : page(files, request, url, file);
    answering.then(
      ({ status, headers, body }) => response.writeHead(status, Object.fromEntries(headers)).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/api/dashboard`,
    async close() {
      server.closeAllConnections();
      await new Promise((ended) => server.close(ended));
    },
  };
}

async function page(
  files: ReturnType<typeof makePageFiles>,
  { method = 'GET', headers }: IncomingMessage,
  url: URL,
  file: string,
) {
  const asked = new HttpRequest({
    method,
    url: url.href,
    params: { file },
    headers: { 'accept-encoding': headers['accept-encoding']?.toString() ?? '' },
  });
  const answer = new HttpResponse(answerPage(asked, { files, signIn }, { request: 'a-call', client: null }));
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

async function callApi(api: Answering, request: IncomingMessage, url: URL) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { authorization, ...headers } = request.headers;
  // The token of a person here is the name of their role, as the stage's API takes it.
  const role = authorization?.replace(/^Bearer /, '') as ApiRole | undefined;
  const bytes = Buffer.concat(parts);
  const {
    status,
    headers: answered,
    text,
  } = await api(request.method ?? 'GET', url.pathname.replace(/^\/api/, '') + url.search, {
    ...(role ? { as: role } : {}),
    ...(bytes.length > 0 ? { bytes } : {}),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  });
  return { status, headers: answered, body: Buffer.from(text) };
}

export interface Visit {
  readonly role?: ApiRole | 'none';
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** The instant the person's clock stands at; without one it is their machine's. */
  readonly now?: string;
}

/** A page of its own for one person, who is not signed in yet. */
export async function visit(
  browser: Browser,
  { role = 'Pal.Operate', ...options }: Visit = {},
): Promise<{
  readonly context: BrowserContext;
  readonly page: Page;
}> {
  const context = await browser.newContext({
    colorScheme: options.dark ? 'dark' : 'light',
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    reducedMotion: 'reduce',
  });
  const opened = await context.newPage();
  if (options.now) await opened.clock.setFixedTime(options.now);
  await letIn(context, role, options.now ? Date.parse(options.now) : Date.now());
  return { context, page: opened };
}

/** Entra's two ends of the authorization code flow, for one person. */
async function letIn(context: BrowserContext, role: ApiRole | 'none', now: number): Promise<void> {
  let nonce = '';
  await context.route(`${ENTRA}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname.endsWith('/authorize')) {
      nonce = url.searchParams.get('nonce') ?? '';
      const answer = new URLSearchParams({ code: 'a-code', state: url.searchParams.get('state') ?? '' });
      const location = `${url.searchParams.get('redirect_uri') ?? ''}#${answer.toString()}`;
      return route.fulfill({ status: 302, headers: { location } });
    }
    const seconds = Math.floor(now / 1000);
    const claims = {
      ...{ iss: `${signIn.authority}/v2.0`, aud: clientId, iat: seconds, exp: seconds + 3600, nonce },
      ...{ sub: 'olga', oid: 'olga', tid: ids.managingTenant },
      ...{ name: role === 'Pal.Read' ? 'Rami Reader' : 'Olga Operator' },
      ...{ preferred_username: 'olga@local.example', roles: role === 'none' ? [] : [role] },
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return route.fulfill({
      headers: { 'access-control-allow-origin': '*' },
      json: {
        ...{ token_type: 'Bearer', scope: `${signIn.scope} openid profile offline_access`, expires_in: 3600 },
        ...{ access_token: role, id_token: `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.none` },
      },
    });
  });
}

/** Opens the dashboard at a place (what stands after the address) and signs the person in. */
export async function enter(page: Page, { address }: ServedDashboard, place = '#/'): Promise<void> {
  await page.goto(address + place);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}
