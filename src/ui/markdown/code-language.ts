/** The inks of code: key, string, number, comment, and what is called (ink, bolder). */
export type Ink = 'k' | 'st' | 'nu' | 'rem' | 'fn';

export interface CodeToken {
  readonly text: string;
  readonly ink: Ink | null;
}

const NAMES: Readonly<Record<string, string>> = {
  js: 'JavaScript',
  javascript: 'JavaScript',
  mjs: 'JavaScript',
  jsx: 'JavaScript',
  ts: 'TypeScript',
  typescript: 'TypeScript',
  tsx: 'TypeScript',
  py: 'Python',
  python: 'Python',
  sh: 'Shell',
  bash: 'Shell',
  shell: 'Shell',
  zsh: 'Shell',
  console: 'Shell',
  json: 'JSON',
  yaml: 'YAML',
  yml: 'YAML',
  toml: 'TOML',
  html: 'HTML',
  css: 'CSS',
  sql: 'SQL',
  md: 'Markdown',
  markdown: 'Markdown',
  rust: 'Rust',
  rs: 'Rust',
  go: 'Go',
  java: 'Java',
  kotlin: 'Kotlin',
  swift: 'Swift',
  c: 'C',
  cpp: 'C++',
  'c++': 'C++',
  cs: 'C#',
  csharp: 'C#',
  php: 'PHP',
  ruby: 'Ruby',
  rb: 'Ruby',
  lua: 'Lua',
  r: 'R',
  diff: 'Diff',
  dockerfile: 'Dockerfile',
  xml: 'XML',
  text: 'Text',
  txt: 'Text',
};

/** A language as people call it (what is not known, as it is written), and the file that is named after it. */
export function languageName(info: string): { readonly name: string; readonly file: string } {
  const [language = '', ...rest] = info.trim().split(/\s+/);
  return { name: language === '' ? 'Text' : (NAMES[language.toLowerCase()] ?? language), file: rest.join(' ') };
}
