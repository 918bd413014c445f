import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HttpRequest, HttpResponse } from '@azure/functions';
import { afterAll, describe, expect, it } from 'vitest';
import { answerPage } from '../../../src/functions/dashboard/answer.ts';
import { makePageFiles } from '../../../src/functions/dashboard/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'pages-'));
mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
writeFileSync(join(folder, 'web', 'index.html'), '<!doctype html><title>Pages</title>');
writeFileSync(join(folder, 'web', 'assets', 'main-a1b2.js'), 'export {};');
writeFileSync(join(folder, 'web', 'notes.txt'), 'not for the web');
writeFileSync(join(folder, 'secret.html'), 'beside the pages');
afterAll(() => rmSync(folder, { recursive: true }));

const signIn = {
  authority: 'https://login.microsoftonline.com/3f1e9a52-7c64-4d0b-9a1e-5b8c2d7f6a10',
  clientId: '5d3c0d3e-7a11-4c0b-9f7e-2b8a6d94e1f0',
  scope: '5d3c0d3e-7a11-4c0b-9f7e-2b8a6d94e1f0/.default',
  local: false,
};

async function ask(
  file: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
  const request = new HttpRequest({
    method,
    url: `https://app.example/api/dashboard/${file}`,
    params: { file },
    headers,
  });
  const files = makePageFiles(join(folder, 'web'));
  const answer = new HttpResponse(
    answerPage(request, { files, signIn }, { request: 'a-call', client: null }),
  );
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('the dashboard’s pages', () => {
  it('come without a token, and are asked for anew each time', async () => {
    const answer = await ask('');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.bytes.toString()).toContain('<title>Pages</title>');
  });

  it('are kept for ever where the name tells the content', async () => {
    const answer = await ask('assets/main-a1b2.js');

    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('are sent small to whoever takes them so', async () => {
    const answer = await ask('', { headers: { 'accept-encoding': 'br, gzip' } });

    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('vary')).toBe('accept-encoding');
    expect(gunzipSync(answer.bytes).toString()).toContain('Pages');
  });

  it('run no script but their own, and call this app and Entra alone', async () => {
    const policy = (await ask('')).headers.get('content-security-policy') ?? '';

    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' https://login.microsoftonline.com;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('tell where to sign in, and no secret', async () => {
    expect(JSON.parse((await ask('config.json')).bytes.toString())).toEqual(signIn);
  });

  it.each([
    'nothing.html',
    '../secret.html',
    '..%2fsecret.html',
    'assets',
    'notes.txt',
    'assets/../../secret.html',
  ])('hold no %s', async (file) => {
    const answer = await ask(file);

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.bytes.toString()).not.toContain('beside the pages');
  });

  it('answer methods they do not know by themselves', async () => {
    const answer = await ask('', { method: 'POST' });

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('answer HEAD without a body', async () => {
    const answer = await ask('', { method: 'HEAD' });

    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
  });

  it('are missing, and nothing else is, where they were not built', () => {
    expect(makePageFiles(join(folder, 'not-built'))('index.html')).toBeNull();
  });
});
