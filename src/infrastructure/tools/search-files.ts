import { lstat } from 'node:fs/promises';
import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';
import { ripgrep, visibleFiles } from './ripgrep.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { type PathRules, protectedWithin, type ResolvedPath, resolveInWorkspace } from './workspace-paths.ts';

const MAX_LINES = 200;
const MAX_PER_FILE = 50;
const MAX_COLUMNS = 300;

const input = () =>
  lenientObject(
    { text: z.string(), path: z.string().optional(), regex: z.boolean().optional() },
    { query: 'text', pattern: 'text', search: 'text', term: 'text', folder: 'path', directory: 'path', file: 'path' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Finds text inside files below a folder, or in one file, leaving out what git ignores. */
export function createSearchFilesTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'search_files',
    description: 'Find lines that contain a text (or a regular expression, with regex) inside all files. Returns file:line:text.',
    examples: [
      { request: 'Which of my files mentions the dentist?', input: { text: 'dentist' } },
      { request: 'When does the train to Bergen leave?', input: { text: 'Bergen' } },
      { request: 'How long is the warranty of my bike?', input: { text: 'warranty' } },
      { request: 'Show all lines with ERROR in logs.', input: { text: 'ERROR', path: 'logs' } },
      { request: 'Find every e-mail address in contacts.', input: { text: '[\\w.]+@[\\w.]+', path: 'contacts', regex: true } },
    ],
    input,
    effect: 'none',
    describe: ({ text }) => ({
      future: `Will search for “${text}”`,
      present: `Searching for “${text}”`,
      past: `Searched for “${text}”`,
    }),
    async touches({ path }, { workspace }) {
      return { reads: [resolveInWorkspace({ ...dependencies, workspace }, path ?? '.', { mustExist: true }).path] };
    },
    execute: ({ text, path, regex }, context) =>
      asOutcome(path ?? '.', context.signal, async () => {
        if (text.trim() === '') throw new FailureError('tool_input_invalid', 'Say which text to search for.');
        const rules = { ...dependencies, workspace: context.workspace };
        const target = resolveInWorkspace(rules, path ?? '.', { mustExist: true });
        const stats = await lstat(target.path);
        if (!stats.isFile() && !stats.isDirectory()) throw new FailureError('path_not_a_file', `${target.shown} is not a plain file.`);
        return { ok: true, output: await search(rules, target, text, regex ?? false, context.signal), trust: 'trusted' };
      }),
  });
}

async function search(rules: PathRules, target: ResolvedPath, text: string, isRegex: boolean, signal: AbortSignal): Promise<string> {
  const found = await linesWith(rules, target, isRegex ? [text] : literal(text), signal);
  if (found.errors === null) return found.text;
  if (isRegex && /regex parse error|regex could not be compiled/.test(found.errors)) {
    const again = await linesWith(rules, target, literal(text), signal);
    return `(not a regular expression, so searched as plain text)\n${again.text}`;
  }
  if (found.count > 0) return found.text;
  const words = isRegex ? [] : [...new Set(text.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 3))];
  if (words.length < 2) return `No line contains “${text}”.`;
  const any = await linesWith(rules, target, ['-i', '-F', ...words.flatMap((word) => ['-e', word])], signal);
  return any.count === 0 ? `No line contains “${text}”.` : `No line contains “${text}”. Lines with one of its words:\n${any.text}`;
}

function literal(text: string): string[] {
  return [
    '-i',
    '-F',
    ...text
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => ['-e', line]),
  ];
}

/** `errors` is null when something was found. */
async function linesWith(rules: PathRules, target: ResolvedPath, pattern: readonly string[], signal: AbortSignal) {
  const lines: string[] = [];
  let count = 0;
  const args = [
    ...(pattern.length === 1 ? ['-S', '-e', pattern[0] ?? ''] : pattern),
    '-nH',
    '--no-heading',
    '--null',
    `--max-count=${MAX_PER_FILE}`,
    `--max-columns=${MAX_COLUMNS}`,
    '--max-columns-preview',
    ...visibleFiles(protectedWithin(rules, rules.workspace)),
    '--',
    target.path === rules.workspace ? './' : target.shown,
  ];
  const onLine = (line: string) => {
    const match = /^(?:\.\/)?([^\0]+)\0(\d+:.*)$/s.exec(line);
    if (!match) return true;
    count += 1;
    if (count <= MAX_LINES) lines.push(`${match[1]}:${match[2]?.replace(/\r$/, '')}`);
    return count <= MAX_LINES;
  };
  const end = await ripgrep(args, rules.workspace, signal, onLine);
  if (count > MAX_LINES) lines.push(`[more than ${MAX_LINES} lines; search for something rarer, or in one folder]`);
  return { text: lines.sort(byPlace).join('\n'), count, errors: count > 0 ? null : end.errors };
}

function byPlace(a: string, b: string): number {
  if (a.startsWith('[')) return 1;
  if (b.startsWith('[')) return -1;
  return a.localeCompare(b, 'en', { numeric: true });
}
