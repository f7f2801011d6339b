/** Keys of search services that a person can save, with a line about each. */
export const SEARCH_KEYS: Readonly<Record<string, string>> = {
  BRAVE_API_KEY: 'Key for searching the web with Brave Search.',
  TAVILY_API_KEY: 'Key for searching the web with Tavily.',
};
