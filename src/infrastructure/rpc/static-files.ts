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

/** Files whose name changes with their content. */
const HASHED = /-[\w-]{8,}\.\w+$/;

/**
 * The built page. A path names a file of it by plain names only, so nothing outside of the folder can be meant; what names none is a
 * place inside the page, and gets `index.html`, with a nonce of its own for this one answer.
 * @returns false when there is no page here
 */
export function serveStatic(request: IncomingMessage, response: ServerResponse, folder: string): boolean {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (/^(?:\/[\w][\w.-]*)+$/.test(path) && !path.includes('..') && extname(path) in TYPES && path !== '/index.html') {
    return serveFile(request, response, join(folder, path), HASHED.test(path));
  }
  return extname(path) === '' || path === '/index.html' ? servePage(request, response, join(folder, 'index.html')) : false;
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

function servePage(request: IncomingMessage, response: ServerResponse, file: string): boolean {
  if (!isFile(file)) return false;
  const nonce = process.getBuiltinModule('node:crypto').randomBytes(16).toString('base64');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policyFor(nonce),
  });
  response.end(request.method === 'HEAD' ? undefined : readFileSync(file, 'utf8').replaceAll('__NONCE__', nonce));
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
