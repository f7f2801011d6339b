import type { SyntaxNode } from './bash-syntax.ts';

/** A word as the command gets it. `unsure` says why that cannot be known before it runs; `text` is then as it was written. */
export interface ShellWord {
  readonly text: string;
  readonly unsure: string | null;
}

export const UNSURE = {
  variable: 'a variable whose value is not known before',
  substitution: 'a command inside of a command',
  arithmetic: 'an arithmetic expansion',
  ansi: "a $'…' text",
  braces: 'a brace expansion',
  home: 'a home folder by ~',
  other: 'a word that is not understood',
} as const;

/** The value of a word's syntax node: quotes and backslashes resolved, parts joined. A glob stays as it is written. */
export function wordOf(node: SyntaxNode): ShellWord {
  switch (node.type) {
    case 'word':
    case 'number':
    case 'test_operator':
    case 'regex':
    case 'extglob_pattern':
      return plainWord(node);
    case 'raw_string':
      return { text: node.text.slice(1, -1), unsure: null };
    case 'string':
      return doubleQuoted(node);
    case 'concatenation':
      return joined(node);
    case 'command_name':
      return node.children.length === 1 && node.children[0] ? wordOf(node.children[0]) : { text: node.text, unsure: UNSURE.other };
    case 'simple_expansion':
    case 'expansion':
      return { text: node.text, unsure: UNSURE.variable };
    case 'command_substitution':
    case 'process_substitution':
      return { text: node.text, unsure: UNSURE.substitution };
    case 'arithmetic_expansion':
      return { text: node.text, unsure: UNSURE.arithmetic };
    case 'ansi_c_string':
    case 'translated_string':
      return { text: node.text, unsure: UNSURE.ansi };
    case 'brace_expression':
      return { text: node.text, unsure: UNSURE.braces };
    default:
      return { text: node.text, unsure: UNSURE.other };
  }
}

function plainWord(node: SyntaxNode): ShellWord {
  if (node.childCount > 0) {
    const inner = node.children.map(wordOf).find((word) => word.unsure !== null);
    if (inner) return { text: node.text, unsure: inner.unsure };
  }
  const { text } = node;
  // Characters that bash would not leave as they are in a word: the grammar and bash disagree about it.
  if (/(?<!\\)[$`"'|&;<>()]/.test(text.replace(/\\\\/g, ''))) return { text, unsure: UNSURE.other };
  const bare = text.replace(/\\[\s\S]/g, '');
  if (/\s/.test(bare)) return { text, unsure: UNSURE.other };
  if (/(^|[=:])~/.test(text)) return { text, unsure: UNSURE.home };
  if (bare !== '{}' && /\{[^}]*(,|\.\.)[^}]*\}/.test(bare)) return { text, unsure: UNSURE.braces };
  return { text: text.replace(/\\([\s\S])/g, '$1'), unsure: null };
}

function doubleQuoted(node: SyntaxNode): ShellWord {
  const { text } = node;
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return { text, unsure: UNSURE.other };
  const inner = node.children.filter((child) => child.isNamed && child.type !== 'string_content').map(wordOf);
  const unsure = inner.find((word) => word.unsure !== null);
  if (unsure) return { text, unsure: unsure.unsure };
  const body = text.slice(1, -1);
  const unescaped = body.replace(/\\[\s\S]/g, '');
  if (/["`]|\$[\w({@*#?$!-]/.test(unescaped)) return { text, unsure: UNSURE.variable };
  return { text: body.replace(/\\([$`"\\\n])/g, (_, char: string) => (char === '\n' ? '' : char)), unsure: null };
}

function joined(node: SyntaxNode): ShellWord {
  let text = '';
  let bare = '';
  let unsure: string | null = null;
  let end = node.startIndex;
  for (const child of node.children) {
    if (child.startIndex !== end) unsure ??= UNSURE.other;
    end = child.endIndex;
    const part = child.isNamed ? wordOf(child) : { text: child.text, unsure: null };
    text += part.text;
    bare += child.type === 'word' || !child.isNamed ? child.text : 'q';
    unsure ??= part.unsure;
  }
  const unquoted = bare.replace(/\\[\s\S]/g, '');
  if (/\{[^}]*(,|\.\.)[^}]*\}/.test(unquoted)) unsure ??= UNSURE.braces;
  if (unquoted.includes('`')) unsure ??= UNSURE.substitution;
  if (unquoted.includes('$')) unsure ??= UNSURE.ansi;
  if (/(^|[=:])~/.test(unquoted)) unsure ??= UNSURE.home;
  return unsure === null ? { text, unsure } : { text: node.text, unsure };
}
