import type { MeasuredRequest } from '../../application/use-cases/read-requests.ts';

/**
 * A `curl` command that sends the same bytes. The key is named, never given: `keyName` is the environment variable that holds it.
 * Null for a model in this machine, which no address leads to.
 */
export function curlOf(request: Pick<MeasuredRequest, 'method' | 'url' | 'headers' | 'spans'>, keyName: string | null): string | null {
  if (request.method !== 'POST') return null;
  const body = request.spans.map((span) => span.text).join('');
  const names = Object.keys(request.headers).map((name) => name.toLowerCase());
  const headers = Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  if (!names.includes('content-type')) headers.unshift(`-H 'content-type: application/json'`);
  if (keyName !== null) {
    // The Messages wire names its version in a header, and takes the key in one of its own.
    const takesKeyHeader = names.some((name) => name.endsWith('-version'));
    headers.push(takesKeyHeader ? `-H "x-api-key: $${keyName}"` : `-H "authorization: Bearer $${keyName}"`);
  }
  return ['curl -N', quoted(request.url), ...headers, `--data-binary ${quoted(body)}`].join(' \\\n  ');
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll(`'`, `'\\''`)}'`;
}
