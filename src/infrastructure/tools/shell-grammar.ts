import { parseBash, type SyntaxNode } from './bash-syntax.ts';
import { wrapperIn } from './command-wrappers.ts';
import { UNSURE, wordOf } from './shell-words.ts';

/** What a shell line says, as far as it can be known without running it. */
export interface ParsedCommand {
  /** argv of every simple command, wherever in the line it stands; null when the line is not understood as a whole. */
  readonly commands: readonly (readonly string[])[] | null;
  /** Files that redirections write, as written. */
  readonly writes: readonly string[];
  /** Files that redirections read, as written. */
  readonly reads: readonly string[];
  /** Whether the line changes its folder, so that relative paths after that mean other places. */
  readonly changesFolder: boolean;
  /** Reasons why a person must look at it, each once. */
  readonly mustAsk: readonly string[];
}

const LONGEST = 10_000;
const DEEPEST = 100;
const DEEPEST_SCRIPT = 4;

/** Characters that bash and a reader's eye take differently: controls, unusual spaces, invisible and direction-changing marks. */
const STRANGE = /[[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]--[ \t\n]]/v;

/** Never throws: what is not understood gives `commands: null` and a reason. */
export async function parseCommand(line: string): Promise<ParsedCommand> {
  return parse(line, 0);
}

async function parse(line: string, depth: number): Promise<ParsedCommand> {
  if (line.length > LONGEST) return notUnderstood('it is too long to be checked');
  if (STRANGE.test(line)) return notUnderstood('it holds unusual or invisible characters');
  const joined = withoutContinuations(line);
  if (joined === null) return notUnderstood('a line goes on in the next one, inside of quotes or a comment');
  return parseJoined(joined, depth);
}

/** Lines that end in a backslash joined with the next, as bash does it; null where quotes, comments or texts make that another matter. */
function withoutContinuations(line: string): string | null {
  if (!line.includes('\\\n')) return line;
  return /['#]|<<|\\\\/.test(line) ? null : line.replaceAll('\\\n', '');
}

async function parseJoined(line: string, depth: number): Promise<ParsedCommand> {
  if (line.trim() === '') return { commands: [], writes: [], reads: [], changesFolder: false, mustAsk: [] };
  const tree = await parseBash(line);
  if (tree === null) return notUnderstood('it cannot be parsed');
  try {
    if (tree.rootNode.hasError) return notUnderstood('it cannot be parsed');
    const found = new Findings(line);
    visit(tree.rootNode, found, 0);
    if (!coversAll(tree.rootNode, line)) return notUnderstood('a part of it cannot be parsed');
    if (found.misread !== null) return notUnderstood(found.misread);
    if (found.commands.length === 0) found.mustAsk.add('it holds no command, but does something');
    for (const argv of found.commands.slice()) await lookInside(argv, found, depth);
    return {
      commands: found.commands,
      writes: found.writes,
      reads: found.reads,
      changesFolder: found.commands.some(([name]) => name === 'cd' || name === 'pushd' || name === 'popd'),
      mustAsk: [...found.mustAsk],
    };
  } finally {
    tree.delete();
  }
}

async function lookInside(argv: readonly string[], found: Findings, depth: number): Promise<void> {
  const { reason, hidden, script } = wrapperIn(argv);
  if (reason === null) return;
  found.mustAsk.add(reason);
  found.commands.push(...hidden);
  for (const inner of hidden) {
    const below = wrapperIn(inner);
    if (below.script !== null) await takeScript(below.script, found, depth);
  }
  if (script !== null) await takeScript(script, found, depth);
}

async function takeScript(script: string, found: Findings, depth: number): Promise<void> {
  if (depth >= DEEPEST_SCRIPT) return;
  const inner = await parse(script, depth + 1);
  found.commands.push(...(inner.commands ?? []));
  found.writes.push(...inner.writes);
  for (const why of inner.mustAsk) found.mustAsk.add(why);
}

function notUnderstood(why: string): ParsedCommand {
  return { commands: null, writes: [], reads: [], changesFolder: false, mustAsk: [`the command is not fully understood: ${why}`] };
}

/** What the walk gathers. */
class Findings {
  readonly line: string;
  readonly commands: (readonly string[])[] = [];
  readonly writes: string[] = [];
  readonly reads: string[] = [];
  readonly mustAsk = new Set<string>();
  /** Set where the grammar's reading cannot be bash's. */
  misread: string | null = null;

  constructor(line: string) {
    this.line = line;
  }
}

/** Nodes that only hold others: every child is looked at. */
const HOLDERS: ReadonlySet<string> = new Set([
  'program',
  'list',
  'pipeline',
  'subshell',
  'compound_statement',
  'negated_command',
  'redirected_statement',
  'do_group',
  'if_statement',
  'elif_clause',
  'else_clause',
  'while_statement',
  'for_statement',
  'case_statement',
  'case_item',
  'command_substitution',
  'process_substitution',
  'concatenation',
  'string',
  'expansion',
  'arithmetic_expansion',
  'test_command',
  'unary_expression',
  'binary_expression',
  'parenthesized_expression',
  'ternary_expression',
  'postfix_expression',
  'heredoc_body',
  'command_name',
  'array',
  'subscript',
  'variable_assignments',
]);

/** Leaves with nothing to run in them. */
const LEAVES: ReadonlySet<string> = new Set([
  'word',
  'raw_string',
  'number',
  'string_content',
  'variable_name',
  'special_variable_name',
  'simple_expansion',
  'ansi_c_string',
  'translated_string',
  'comment',
  'heredoc_start',
  'heredoc_end',
  'heredoc_content',
  'test_operator',
  'regex',
  'extglob_pattern',
  'file_descriptor',
  'brace_expression',
]);

const REASONS: Readonly<Record<string, string>> = {
  simple_expansion: UNSURE.variable,
  expansion: UNSURE.variable,
  command_substitution: UNSURE.substitution,
  process_substitution: UNSURE.substitution,
  arithmetic_expansion: UNSURE.arithmetic,
  ansi_c_string: UNSURE.ansi,
  translated_string: UNSURE.ansi,
  brace_expression: UNSURE.braces,
};

function visit(node: SyntaxNode, found: Findings, depth: number): void {
  if (depth > DEEPEST) {
    found.misread ??= 'it is nested too deeply';
    return;
  }
  if (node.isMissing || node.type === 'ERROR') {
    found.misread ??= 'a part of it is missing';
    return;
  }
  if (!node.isNamed) {
    if (node.type === '&') found.mustAsk.add('it leaves something running in the background');
    if (node.type === '((') found.mustAsk.add(`it has ${UNSURE.arithmetic}`);
    return;
  }
  const reason = REASONS[node.type];
  if (reason !== undefined) found.mustAsk.add(`it has ${reason}`);
  const children = () => {
    for (const child of node.children) visit(child, found, depth + 1);
  };
  switch (node.type) {
    case 'command':
      takeCommand(node, found);
      children();
      return;
    case 'variable_assignment':
      found.mustAsk.add('it sets variables');
      children();
      return;
    case 'declaration_command':
    case 'unset_command':
      found.mustAsk.add('it sets variables');
      found.commands.push(node.text.split(/\s+/));
      children();
      return;
    case 'function_definition':
      found.mustAsk.add('it defines a function');
      children();
      return;
    case 'c_style_for_statement':
      found.mustAsk.add(`it has ${UNSURE.arithmetic}`);
      children();
      return;
    case 'file_redirect':
      takeRedirect(node, found);
      children();
      return;
    case 'heredoc_redirect':
    case 'herestring_redirect':
      found.mustAsk.add('it feeds a text to a command');
      children();
      return;
    case 'negated_command':
      if (!isApart(node.children[0], node.children[1])) found.misread ??= 'it has a ! without a space';
      children();
      return;
    case 'compound_statement':
      if (node.childCount < 3 || !isApart(node.children[0], node.children[1])) found.misread ??= 'it has a { without a space';
      children();
      return;
    case 'test_command':
      if (!isApart(node.children[0], node.children[1]) || !isApart(node.children.at(-2), node.children.at(-1)))
        found.misread ??= 'it has a [ without a space';
      if (node.text.includes('\n')) found.misread ??= 'it has a [ over several lines';
      found.commands.push([node.children[0]?.text ?? '[', ...node.children.slice(1, -1).map((child) => child.text)]);
      children();
      return;
    default:
      if (HOLDERS.has(node.type)) children();
      else if (LEAVES.has(node.type)) checkLeaf(node, found);
      else found.misread ??= `there is something of an unknown kind in it (${node.type})`;
  }
}

/** Without a space, bash reads such a sign as a part of a word. */
function isApart(left: SyntaxNode | undefined, right: SyntaxNode | undefined): boolean {
  return left !== undefined && right !== undefined && left.endIndex < right.startIndex;
}

function checkLeaf(node: SyntaxNode, found: Findings): void {
  if (node.type === 'word' && node.childCount > 0) for (const child of node.children) visit(child, found, DEEPEST - 10);
}

/** Words that are no program's name where a command begins. */
const RESERVED: ReadonlySet<string> = new Set(
  '! { } [[ ]] if then elif else fi case esac for select while until do done in function'.split(' '),
);

function takeCommand(node: SyntaxNode, found: Findings): void {
  const argv: string[] = [];
  let end = -1;
  for (const child of node.children) {
    const isWord = child.isNamed && child.type !== 'variable_assignment' && !child.type.endsWith('_redirect') && child.type !== 'comment';
    if (child.type === 'subshell') found.misread ??= 'it has parentheses where a word belongs';
    if (isWord) {
      // Two words without a space between them are one word for bash.
      if (child.startIndex === end) found.misread ??= 'its words cannot be told apart';
      const word = wordOf(child);
      if (word.unsure === UNSURE.other) found.misread ??= `it has ${UNSURE.other}`;
      if (word.unsure !== null) found.mustAsk.add(`it has ${word.unsure}`);
      if (argv.length === 0 && (word.unsure !== null || /[*?[\]]/.test(word.text)))
        found.mustAsk.add('which program it runs is not known before');
      argv.push(word.text);
    } else if (!child.isNamed) found.misread ??= `it has a ${child.text} where the grammar and bash disagree`;
    end = child.endIndex;
  }
  if (RESERVED.has(argv[0] ?? '')) found.misread ??= `it has a ${argv[0]} where a program belongs`;
  if (argv.length > 0) found.commands.push(argv);
}

/** Where output may always go. */
const SINKS: ReadonlySet<string> = new Set(['/dev/null', '/dev/stdout', '/dev/stderr']);

function takeRedirect(node: SyntaxNode, found: Findings): void {
  const operator = node.children.find((child) => !child.isNamed)?.type ?? '';
  const target = node.childForFieldName('destination');
  if (target === null) return;
  // The grammar takes what follows for more targets; for bash they are words of the command.
  if (node.children.filter((child) => child.isNamed && child.type !== 'file_descriptor').length > 1) {
    found.misread ??= 'it has words behind a redirection';
  }
  const before = found.line.slice(0, node.startIndex);
  // A number or a name in braces there would be the descriptor, not a word.
  const descriptor = node.childForFieldName('descriptor');
  const isNumber = descriptor === null || /^\d+$/.test(descriptor.text);
  if (!isNumber || (descriptor !== null && !/(^|[\s;&|()])$/.test(before)) || /[\d}]$/.test(before))
    found.misread ??= 'it has a redirection directly behind a word';
  const word = wordOf(target);
  if (word.unsure !== null && word.unsure !== UNSURE.home) {
    found.mustAsk.add(`a redirection goes to ${word.unsure}`);
    return;
  }
  if (/^[<>]&$/.test(operator) && /^\d+-?$|^-$/.test(target.text)) return;
  if (SINKS.has(word.text)) return;
  if (/[*?[]/.test(word.text)) found.mustAsk.add('a redirection goes to a pattern');
  if (/^\/dev\/(tcp|udp)\//.test(word.text)) {
    found.mustAsk.add('a redirection opens a network connection');
    return;
  }
  if (operator === '<') found.reads.push(word.text);
  else if (/^(>|>>|>\||&>|&>>|>&|<>)$/.test(operator)) found.writes.push(word.text);
  else found.misread ??= `it has a redirection of an unknown kind (${operator})`;
}

/** Whether every visible character of the line belongs to a leaf of the tree: what the parser skipped, bash would still run. */
function coversAll(root: SyntaxNode, line: string): boolean {
  let at = 0;
  let isWhole = true;
  const gap = (to: number) => {
    if (/[^\s\\]|\\(?!\n)/.test(line.slice(at, to))) isWhole = false;
  };
  const walk = (node: SyntaxNode) => {
    // Text in quotes and heredocs is not cut into leaves completely.
    const isOpaque = node.childCount === 0 || node.type === 'string' || node.type === 'heredoc_body' || node.type === 'word';
    if (!isOpaque) {
      for (const child of node.children) walk(child);
      return;
    }
    if (node.startIndex >= at) gap(node.startIndex);
    at = Math.max(at, node.endIndex);
    if (node.type === 'comment' && !/(^|[\s;&|()])$/.test(line.slice(0, node.startIndex))) isWhole = false;
  };
  walk(root);
  gap(line.length);
  return isWhole;
}
