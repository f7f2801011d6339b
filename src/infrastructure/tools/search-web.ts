import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import type { Preview, Touches } from '../../core/models/tool-call.ts';
import { defineTool, type Tool, type ToolOutcome } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';
import { asOutcome } from './system-failure.ts';
import { fetchWeb, type WebDeps } from './web/fetch-web.ts';
import { chosenService, type SearchDeps, type SearchService } from './web/search-services.ts';

const LONGEST_QUERY = 400;

const input = () => lenientObject({ query: z.string() }, { q: 'query', text: 'query', search: 'query', words: 'query' });

type Input = z.output<ReturnType<typeof input>>;

/**
 * Searches the web with the service that the person set up; without one it is not offered. It changes nothing, and words from outside
 * cannot choose where it goes: so a rule for the service stays good after them, unlike one for pages.
 */
export function createSearchWebTool(web: WebDeps, search: SearchDeps): Tool {
  const service = async (): Promise<SearchService> => {
    const chosen = await chosenService(search);
    if (chosen) return chosen;
    throw new FailureError('search_not_set_up', 'No service for searching the web is set up.');
  };
  return defineTool<Input>({
    name: 'search_web',
    description: 'Search the web. Returns titles, addresses and excerpts; read a page with fetch_page.',
    examples: [{ request: 'Which museums in Oslo are open on Mondays?', input: { query: 'Oslo museums open Monday' } }],
    input,
    effect: 'idempotent',
    needsAbleModel: true,
    // A file of keys that cannot be read is told of where it matters: a run without searches is no failure.
    isSetUp: () =>
      chosenService(search).then(
        (chosen) => chosen !== null,
        () => false,
      ),
    describe({ query }) {
      const short = query.length > 80 ? `${query.slice(0, 79)}…` : query;
      return {
        future: `Will search the web for “${short}”`,
        present: `Searching the web for “${short}”`,
        past: `Searched the web for “${short}”`,
      };
    },
    async touches({ query }): Promise<Touches> {
      return { network: true, addresses: [(await service()).request(queryOf(query), '').url.href] };
    },
    async preview({ query }): Promise<Preview> {
      return { kind: 'text', text: `Ask ${(await service()).title}: ${queryOf(query)}` };
    },
    async execute({ query }, context): Promise<ToolOutcome> {
      const outcome = await asOutcome('the search', context.signal, async (): Promise<ToolOutcome> => {
        const output = await searched(await service(), queryOf(query), web, search, context.signal);
        return { ok: true, output, trust: 'untrusted' };
      });
      return outcome.ok ? outcome : { ...outcome, trust: 'untrusted' };
    },
  });
}

function queryOf(given: string): string {
  const query = given.replace(/\s+/g, ' ').trim();
  if (query === '') throw new FailureError('tool_input_invalid', 'Say what to search for.');
  return query.slice(0, LONGEST_QUERY);
}

async function searched(service: SearchService, query: string, web: WebDeps, search: SearchDeps, signal: AbortSignal): Promise<string> {
  const key = service.keyName === null ? '' : await search.secrets.get(service.keyName);
  if (key === null) throw new FailureError('search_not_set_up', `${service.keyName} is not set.`);
  const request = {
    ...service.request(query, key),
    accepts: (type: string) => type.endsWith('json'),
    isChosen: true,
    explain: service.explain,
  };
  const answer = await fetchWeb(request, web, signal);
  if (answer.kind === 'moved') throw new FailureError('web_unreachable', `${service.title} sends searches to another place.`);
  const hits = service.hits(parsed(answer.body.toString('utf8'), service));
  if (hits.length === 0) return `${service.title} finds nothing for “${query}”.`;
  return hits
    .map(({ title, address, words }, at) => `${at + 1}. ${title || address}\n   ${address}${words === '' ? '' : `\n   ${words}`}`)
    .join('\n');
}

function parsed(text: string, service: SearchService): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FailureError('tool_failed', `${service.title} answered with something that is no JSON.`);
  }
}
