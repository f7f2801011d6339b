import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveStatic } from '../../src/infrastructure/rpc/static-files.ts';

const SCRIPT = 'console.log("the page")';

/** A built page in a folder of its own, served; beside it lies what nobody may see. */
async function page(chosen: string | null = null): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'glasshouse-page-'));
  const folder = join(root, 'page');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(root, 'secret.js'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<script nonce="__NONCE__"></script><style nonce="__NONCE__"></style>');
  writeFileSync(join(folder, 'index.de.html'), '<html lang="de">');
  writeFileSync(join(folder, 'mark.svg'), '<svg/>');
  writeFileSync(join(folder, 'assets/main-Ab3_xY9z.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/main-Ab3_xY9z.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets/main-Ab3_xY9z.js.gz'), gzipSync(SCRIPT));
  const server = createServer((request, response) => {
    void serveStatic(request, response, { folder, language: async () => chosen }).then((isServed) => {
      if (!isServed) response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    rmSync(root, { recursive: true });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the page’s language', () => {
  it.each([
    [null, 'de-AT,de;q=0.9,en;q=0.8', 'de'],
    [null, 'fr, de;q=0.5', 'de'],
    [null, 'en-GB,de', 'en'],
    [null, 'fr', 'en'],
    [null, '../../secret', 'en'],
    ['en', 'de', 'en'],
    ['de', 'en', 'de'],
    ['xx', 'de', 'en'],
  ] as const)('is what was chosen (%s), else what the browser wants (%s)', async (chosen, wanted, given) => {
    const url = await page(chosen);
    for (const path of ['/', '/settings/data', '/index.html', '/index.de.html']) {
      const answer = await fetch(url + path, { headers: { 'accept-language': wanted } });
      expect((await answer.text()).includes('lang="de"')).toBe(given === 'de');
      expect(answer.headers.get('content-security-policy')).toContain('nonce-');
    }
  });
});

describe('the page’s files', () => {
  it('S4: come with a policy that lets the page run its own files alone, and a nonce of its own for each answer', async () => {
    const url = await page();
    const nonces = new Set<string>();
    for (const path of ['/', '/c/0195d2a4-0000', '/settings/models', '/index.html']) {
      const answer = await fetch(url + path);
      const policy = answer.headers.get('content-security-policy') ?? '';
      const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(nonce.length).toBeGreaterThan(20);
      nonces.add(nonce);
      expect(policy).toBe(
        `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      );
      expect(await answer.text()).toBe(`<script nonce="${nonce}"></script><style nonce="${nonce}"></style>`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(nonces.size).toBe(4);
  });

  it('are sent as small as they are kept, and kept for ever where their name says what is in them', async () => {
    const url = await page();
    for (const [accepted, encoding] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const answer = await fetch(`${url}/assets/main-Ab3_xY9z.js`, { headers: { 'accept-encoding': accepted } });
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(await answer.text()).toBe(SCRIPT);
    }
    const mark = await fetch(`${url}/mark.svg`);
    expect(mark.headers.get('content-type')).toBe('image/svg+xml');
    expect(mark.headers.get('cache-control')).toBe('no-cache');
  });

  it('are those of the folder, and no others', async () => {
    const url = await page();
    for (const path of [
      '/missing.js',
      '/%2e%2e/secret.js',
      '/..%2fsecret.js',
      '/assets/..%2f..%2fsecret.js',
      '/.hidden.js',
      '/assets/main-Ab3_xY9z.js.map',
    ]) {
      const answer = await fetch(url + path);
      expect(answer.status, path).toBe(404);
      expect(await answer.text()).not.toContain('secret');
    }
  });
});
