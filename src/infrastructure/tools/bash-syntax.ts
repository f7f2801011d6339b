import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the walk uses of a syntax node of tree-sitter-bash. */
export interface SyntaxNode {
  readonly type: string;
  readonly isNamed: boolean;
  readonly isMissing: boolean;
  readonly text: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly hasError: boolean;
  readonly childCount: number;
  readonly children: readonly SyntaxNode[];
  childForFieldName(name: string): SyntaxNode | null;
}

export interface SyntaxTree {
  readonly rootNode: SyntaxNode;
  delete(): void;
}

interface BashParser {
  parse(text: string): SyntaxTree | null;
  setLanguage(language: unknown): void;
}

interface GrammarModule {
  readonly Parser: { new (): BashParser; init(): Promise<void> };
  readonly Language: { load(wasm: Uint8Array): Promise<unknown> };
}

let loading: Promise<BashParser> | undefined;

/** The syntax tree of a bash script; the caller deletes it. Loads the grammar on first use (about 30 ms). Null when it gives up. */
export async function parseBash(text: string): Promise<SyntaxTree | null> {
  loading ??= load();
  return (await loading).parse(text);
}

async function load(): Promise<BashParser> {
  // Never optimised: shell lines are short, and to optimise this grammar takes 150 ms of a processor and 40 MB.
  process.getBuiltinModule('node:v8').setFlagsFromString('--wasm-tiering-budget=2000000000');
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  // Required, not imported: the module finds its own wasm beside itself, which a bundle would break.
  const file = require.resolve('@vscode/tree-sitter-wasm');
  const { Parser, Language } = require(file) as GrammarModule;
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(join(dirname(file), 'tree-sitter-bash.wasm'))));
  return parser;
}
