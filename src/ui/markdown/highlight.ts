import { createHighlighterCore, type HighlighterCore, type LanguageInput, type ThemeRegistration } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import type { CodeToken, Ink } from './code-language.ts';

/** Each grammar is a chunk of its own, fetched when a block of that language is first shown. */
const GRAMMARS: Readonly<Record<string, () => Promise<{ default: LanguageInput }>>> = {
  javascript: () => import('shiki/langs/javascript.mjs'),
  jsx: () => import('shiki/langs/jsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  bash: () => import('shiki/langs/bash.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  kotlin: () => import('shiki/langs/kotlin.mjs'),
  swift: () => import('shiki/langs/swift.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  cpp: () => import('shiki/langs/cpp.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  ruby: () => import('shiki/langs/ruby.mjs'),
  lua: () => import('shiki/langs/lua.mjs'),
  r: () => import('shiki/langs/r.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  dockerfile: () => import('shiki/langs/docker.mjs'),
  xml: () => import('shiki/langs/xml.mjs'),
};

const OTHER_NAMES: Readonly<Record<string, string>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  py: 'python',
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  yml: 'yaml',
  md: 'markdown',
  rs: 'rust',
  'c++': 'cpp',
  cs: 'csharp',
  rb: 'ruby',
  docker: 'dockerfile',
  jsonc: 'json',
  svg: 'xml',
};

/** Colours that stand for inks: a theme must have colours, the page wants classes (its policy allows no style attributes). */
const INKS: Readonly<Record<string, Ink>> = { '#000001': 'k', '#000002': 'st', '#000003': 'nu', '#000004': 'rem', '#000005': 'fn' };

const THEME: ThemeRegistration = {
  name: 'glasshouse',
  type: 'light',
  colors: { 'editor.foreground': '#000000', 'editor.background': '#ffffff' },
  settings: [
    { settings: { foreground: '#000000' } },
    {
      scope: [
        'keyword',
        'storage',
        'support.type.property-name',
        'entity.name.tag',
        'meta.object-literal.key',
        'punctuation.definition.list.begin',
      ],
      settings: { foreground: '#000001' },
    },
    { scope: ['keyword.operator', 'punctuation', 'storage.type.function.arrow'], settings: { foreground: '#000000' } },
    { scope: ['keyword.operator.new', 'keyword.operator.expression'], settings: { foreground: '#000001' } },
    { scope: ['string', 'string punctuation', 'markup.inline.raw', 'constant.other.symbol'], settings: { foreground: '#000002' } },
    {
      scope: ['string.json.support.type', 'support.type.property-name.json', 'support.type.property-name.json punctuation'],
      settings: { foreground: '#000001' },
    },
    { scope: ['constant.numeric', 'constant.language', 'keyword.other.unit'], settings: { foreground: '#000003' } },
    { scope: ['comment', 'comment punctuation', 'string.quoted.docstring'], settings: { foreground: '#000004' } },
    { scope: ['entity.name.function', 'support.function', 'meta.function-call entity.name'], settings: { foreground: '#000005' } },
  ],
};

let highlighter: Promise<HighlighterCore> | null = null;

/** The lines of a code in inks; null when its language is not known. */
export async function highlight(code: string, language: string): Promise<readonly (readonly CodeToken[])[] | null> {
  const lower = language.toLowerCase();
  const name = OTHER_NAMES[lower] ?? lower;
  const load = GRAMMARS[name];
  if (!load) return null;
  highlighter ??= createHighlighterCore({ themes: [THEME], langs: [], engine: createJavaScriptRegexEngine({ forgiving: true }) });
  const core = await highlighter;
  const grammar = (await load()).default;
  await core.loadLanguage(grammar);
  const { tokens } = core.codeToTokens(code, { lang: name === 'dockerfile' ? 'docker' : name, theme: 'glasshouse' });
  return tokens.map((line) => line.map((token) => ({ text: token.content, ink: INKS[token.color?.toLowerCase() ?? ''] ?? null })));
}
