import type { Secrets } from '../../../application/ports/secrets.ts';
import { FailureError } from '../../../core/models/failure.ts';
import type { WebRequest } from './fetch-web.ts';

export interface SearchHit {
  readonly title: string;
  readonly address: string;
  readonly words: string;
}

/** A service that searches the web, as the person set it up. */
export interface SearchService {
  readonly title: string;
  /** The name under which its key is kept; null: it wants none. */
  readonly keyName: string | null;
  /** What one search asks for. `key` is empty where it wants none. */
  request(query: string, key: string): Omit<WebRequest, 'accepts'>;
  /** Out of its answer, whatever that holds. */
  hits(answer: unknown): readonly SearchHit[];
  /** What its refusal means, where it means something of its own. */
  explain(status: number): string | null;
}

export interface SearchDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Pick<Secrets, 'get' | 'list'>;
  /** The person's choice: `brave`, `tavily`, the address of a SearXNG server, or `off`. Null: none was made. */
  choice(): Promise<string | null>;
}

/** Hits that one search gives. */
const MOST_HITS = 8;

/**
 * The service to search with: the one that was chosen, else the first whose key there is. Looks in no keychain, since every run comes by
 * here. Null: none is set up.
 */
export async function chosenService({ env, secrets, choice }: SearchDeps): Promise<SearchService | null> {
  const chosen = (env['GLASSHOUSE_SEARCH'] || (await choice()) || '').trim();
  if (chosen === 'off') return null;
  if (/^https?:\/\//i.test(chosen)) return URL.canParse(chosen) ? searxng(new URL(chosen)) : null;
  const known = new Set((await secrets.list()).map(({ name }) => name));
  const services = [BRAVE, TAVILY].filter(({ keyName }) => keyName !== null && known.has(keyName));
  if (chosen === '') return services[0] ?? null;
  return services.find(({ title }) => title.toLowerCase().startsWith(chosen.toLowerCase())) ?? null;
}

const BRAVE: SearchService = {
  title: 'Brave Search',
  keyName: 'BRAVE_API_KEY',
  request: (query, key) => ({
    url: withQuery('https://api.search.brave.com/res/v1/web/search', { q: query, count: String(MOST_HITS) }),
    headers: { accept: 'application/json', 'x-subscription-token': key },
  }),
  hits: (answer) => hitsIn(at(answer, 'web', 'results'), 'description'),
  explain: keyTrouble,
};

const TAVILY: SearchService = {
  title: 'Tavily',
  keyName: 'TAVILY_API_KEY',
  request: (query, key) => ({
    url: new URL('https://api.tavily.com/search'),
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, max_results: MOST_HITS }),
  }),
  hits: (answer) => hitsIn(at(answer, 'results'), 'content'),
  explain: (status) => (status === 432 || status === 433 ? 'The account has used up its searches.' : keyTrouble(status)),
};

function searxng(base: URL): SearchService {
  const folder = base.href.replace(/[?#].*$/s, '').replace(/\/(?:search)?\/?$/, '');
  return {
    title: base.host,
    keyName: null,
    request: (query) => ({ url: withQuery(`${folder}/search`, { q: query, format: 'json' }), headers: { accept: 'application/json' } }),
    hits: (answer) => hitsIn(at(answer, 'results'), 'content'),
    explain: (status) => (status === 403 ? 'The server gives no JSON: its settings have to list json under search.formats.' : null),
  };
}

function keyTrouble(status: number): string | null {
  if (status === 401 || status === 403 || status === 422) return 'The key was refused.';
  return status === 429 ? 'It takes no more searches for the moment.' : null;
}

function withQuery(address: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined),
    value,
  );
}

/** @throws FailureError tool_failed when the answer holds no list of results */
function hitsIn(results: unknown, words: string): readonly SearchHit[] {
  // A search that finds nothing may leave the list away.
  if (results === undefined) return [];
  if (!Array.isArray(results)) throw new FailureError('tool_failed', 'The answer of the search service is not what it should be.');
  return results.slice(0, MOST_HITS).flatMap((result): SearchHit[] => {
    const address = at(result, 'url');
    if (typeof address !== 'string' || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return [];
    return [{ title: plain(at(result, 'title'), 200), address: new URL(address).href, words: plain(at(result, words), 600) }];
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'", nbsp: ' ' };

/** One line of plain text: some services mark the words that were looked for. */
function plain(value: unknown, limit: number): string {
  const text = typeof value === 'string' ? value : '';
  return text
    .slice(0, 20_000)
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/&(#?\w{2,5});/g, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit);
}
