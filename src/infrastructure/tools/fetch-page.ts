import * as z from 'zod';
import type { Preview, Touches } from '../../core/models/tool-call.ts';
import { defineTool, type Tool, type ToolOutcome } from '../../core/tools/tool.ts';
import { readDocument } from './documents/document-reader.ts';
import { lenientObject } from './lenient-input.ts';
import { asOutcome } from './system-failure.ts';
import { fetchWeb, type WebDeps } from './web/fetch-web.ts';
import { webAddress } from './web/web-address.ts';
import { proxyFor } from './web/web-proxy.ts';

const input = () =>
  lenientObject(
    { url: z.string(), part: z.string().optional() },
    { address: 'url', uri: 'url', link: 'url', href: 'url', page: 'url', pages: 'part' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** What is read of the web: words, in whatever form. Without a type (or as "bytes") it is looked at. */
const READ =
  /^(?:text\/.*|application\/(?:.*\+)?(?:json|xml|pdf|zip|javascript|octet-stream|yaml|x-yaml|x-ndjson|rtf|vnd\.openxmlformats.*)|)$/;

/**
 * Fetches a page of the public web. Unsafe, though it changes nothing here: an address can carry words out of this machine, and what comes
 * back may be an attacker's.
 */
export function createFetchPageTool(web: WebDeps): Tool {
  return defineTool<Input>({
    name: 'fetch_page',
    description: 'Fetch a public web page or document by its address, as readable Markdown. part: pages of a PDF.',
    examples: [{ request: 'What does https://example.org/rules say about dogs?', input: { url: 'https://example.org/rules' } }],
    input,
    effect: 'unsafe',
    needsAbleModel: true,
    describe({ url }) {
      const short = shortened(url);
      return { future: `Will fetch \`${short}\``, present: `Fetching \`${short}\``, past: `Fetched \`${short}\`` };
    },
    async touches({ url }): Promise<Touches> {
      const address = webAddress(url);
      const proxy = proxyFor(web.env, address);
      const mustAsk = proxy === null ? [] : [`it goes through the proxy ${proxy.host}, which looks up the name itself`];
      return { network: true, addresses: [address.href], mustAsk };
    },
    async preview({ url }): Promise<Preview> {
      return { kind: 'text', text: `GET ${webAddress(url).href}` };
    },
    async execute({ url, part }, context): Promise<ToolOutcome> {
      const outcome = await asOutcome(url, context.signal, () => fetchPage(url, part?.trim() || null, web, context.signal));
      // A refusal tells what the server said of itself.
      return outcome.ok ? outcome : { ...outcome, trust: 'untrusted' };
    },
  });
}

async function fetchPage(url: string, part: string | null, web: WebDeps, signal: AbortSignal): Promise<ToolOutcome> {
  const address = webAddress(url);
  const headers = { accept: 'text/html,application/xhtml+xml,text/markdown,text/plain,application/json,application/pdf;q=0.9,*/*;q=0.5' };
  const answer = await fetchWeb({ url: address, headers, accepts: (type) => READ.test(type) }, web, signal);
  if (answer.kind === 'moved') {
    const output = `${address.href} has moved to another place: ${answer.to.href}\nFetch that address if it is wanted.`;
    return { ok: true, output, trust: 'untrusted' };
  }
  const { href } = answer.url;
  const read = await readDocument(answer.body, { name: href, part, type: answer.type, address: href }, signal);
  return read.ok ? { ok: true, output: read.value, trust: 'untrusted' } : read;
}

/** As it will be asked for: letters that only look like others are plain in it. */
function shortened(url: string): string {
  const line = (URL.canParse(url) ? new URL(url).href : url.trim()).replace(/\s+/g, ' ').replaceAll('`', '%60');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
