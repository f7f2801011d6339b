import type { MeasuredRequest } from '../../application/use-cases/read-requests.ts';

/**
 * A `curl` command that sends the same bytes. The key is named, never given: `keyHeader` is the header that it goes in, with
 * the environment variable that holds it, such as `authorization: Bearer $NAME`; null: none is wanted.
 * Null for a model in this machine, which no address leads to.
 */
export function curlOf(request: Pick<MeasuredRequest, 'method' | 'url' | 'headers' | 'spans'>, keyHeader: string | null): string | null {
  if (request.method !== 'POST') return null;
  const body = request.spans.map((span) => span.text).join('');
  const names = Object.keys(request.headers).map((name) => name.toLowerCase());
  const headers = Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  if (!names.includes('content-type')) headers.unshift(`-H 'content-type: application/json'`);
  if (keyHeader !== null) headers.push(`-H "${keyHeader}"`);
  return ['curl -N', quoted(request.url), ...headers, `--data-binary ${quoted(body)}`].join(' \\\n  ');
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll(`'`, `'\\''`)}'`;
}
