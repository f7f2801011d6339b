import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

const COMPRESSED = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** The page, as it is built. */
export interface ServedPage {
  readonly folder: string;
  /** It says so, and keeps nothing in the browser. */
  readonly isIncognito?: boolean;
  /** The language that the person chose; null: as their browser wants it. */
  language(): Promise<string | null>;
}

/** Files whose name changes with their content. */
const HASHED = /-[\w-]{8,}\.\w+$/;

/**
 * The built page. A path names a file of it by plain names only, so nothing outside of the folder can be meant; what names none is a
 * place inside the page, and gets the page in the person's language, with a nonce of its own for this one answer.
 * @returns false when there is no page here
 */
export async function serveStatic(request: IncomingMessage, response: ServerResponse, page: ServedPage): Promise<boolean> {
  const { folder } = page;
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const isPage = extname(path) === '' || /^\/index(?:\.[a-z]{2})?\.html$/.test(path);
  if (isPage) {
    const file = pageIn(folder, (await page.language()) ?? '', request.headers['accept-language'] ?? '');
    return servePage(request, response, file, page.isIncognito ?? false);
  }
  if (!/^(?:\/[\w][\w.-]*)+$/.test(path) || path.includes('..') || !(extname(path) in TYPES)) return false;
  return serveFile(request, response, join(folder, path), HASHED.test(path));
}

/** The page in the language that was chosen, else in the first that the browser names and there is. English is always there. */
function pageIn(folder: string, chosen: string, wanted: string): string {
  const names = chosen === '' ? wanted.split(',').map((each) => each.trim().slice(0, 2).toLowerCase()) : [chosen];
  for (const name of names) {
    if (name === 'en') break;
    const file = join(folder, `index.${name}.html`);
    if (/^[a-z]{2}$/.test(name) && isFile(file)) return file;
  }
  return join(folder, 'index.html');
}

function serveFile(request: IncomingMessage, response: ServerResponse, file: string, isHashed: boolean): boolean {
  const accepted = request.headers['accept-encoding']?.toString() ?? '';
  const smaller = COMPRESSED.find(([encoding, ending]) => accepted.includes(encoding) && isFile(file + ending));
  const stored = smaller ? file + smaller[1] : file;
  if (!isFile(stored)) return false;
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(smaller ? { 'content-encoding': smaller[0] } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : readFileSync(stored));
  return true;
}

function servePage(request: IncomingMessage, response: ServerResponse, file: string, isIncognito: boolean): boolean {
  if (!isFile(file)) return false;
  const nonce = process.getBuiltinModule('node:crypto').randomBytes(16).toString('base64');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    vary: 'accept-language',
    'content-security-policy': policyFor(nonce),
  });
  const text = readFileSync(file, 'utf8').replaceAll('__NONCE__', nonce);
  response.end(request.method === 'HEAD' ? undefined : isIncognito ? text.replace('<html ', '<html data-incognito ') : text);
  return true;
}

/** The page runs its own files and nothing else, and talks to nobody but this server. */
function policyFor(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
