import { lstat } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';
import { ripgrep, visibleFiles } from './ripgrep.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { nearestNames, protectedWithin, resolveInWorkspace } from './workspace-paths.ts';

const MAX_RESULTS = 500;

const input = () =>
  lenientObject(
    { name: z.string(), path: z.string().optional() },
    { pattern: 'name', glob: 'name', query: 'name', filename: 'name', folder: 'path', directory: 'path' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Finds files by name anywhere below a folder, leaving out what git ignores. */
export function createFindFilesTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'find_files',
    description: 'Find files by name or glob (*.pdf, src/**/*.ts) in a folder and all its sub-folders.',
    examples: [
      { request: 'Where is my tax letter?', input: { name: '*tax*' } },
      { request: 'Find all spreadsheets.', input: { name: '*.{xlsx,csv,ods}' } },
      { request: 'Is there a file called budget.txt somewhere in archive?', input: { name: 'budget.txt', path: 'archive' } },
    ],
    input,
    effect: 'none',
    describe: ({ name }) => ({ future: `Will look for ${name}`, present: `Looking for ${name}`, past: `Looked for ${name}` }),
    async touches({ path }, { workspace }) {
      return { reads: [resolveInWorkspace({ ...dependencies, workspace }, path ?? '.', { mustExist: true }).path] };
    },
    execute: ({ name, path }, context) =>
      asOutcome(path ?? '.', context.signal, async () => {
        const rules = { ...dependencies, workspace: context.workspace };
        const target = resolveInWorkspace(rules, path ?? '.', { mustExist: true });
        if (!(await lstat(target.path)).isDirectory()) throw new FailureError('path_not_a_directory', `${target.shown} is a file.`);
        const matches = nameMatcher(name);
        const prefix = target.shown === '.' ? '' : `${target.shown}/`;
        const found: string[] = [];
        const others: string[] = [];
        let count = 0;
        const onLine = (file: string) => {
          if (matches(file)) {
            count += 1;
            if (count <= MAX_RESULTS) found.push(prefix + file);
          } else if (others.length < 5000) others.push(file);
          return true;
        };
        const end = await ripgrep(['--files', ...visibleFiles(protectedWithin(rules, target.path))], target.path, context.signal, onLine);
        if (end.code === 2 && count === 0) throw new FailureError('tool_failed', end.errors.trim().slice(0, 500));
        return {
          ok: true,
          output: told(
            name,
            found.sort(),
            count,
            others.map((file) => prefix + file),
          ),
          trust: 'trusted',
        };
      }),
  });
}

function told(name: string, found: readonly string[], count: number, others: readonly string[]): string {
  if (count === 0) {
    const near = nearestNames(name.replace(/[*?[\]{}]/g, ''), others);
    return `No file matches ${name}.${near.length > 0 ? ` Most alike: ${near.join(', ')}` : ' There are no files here.'}`;
  }
  const head = count > found.length ? [`${count} files; the first ${found.length} that were found:`] : [];
  return [...head, ...found].join('\n');
}

/** A plain name matches any part of a file's name; a glob without `/` the name in any folder. Upper and lower case are the same. */
function nameMatcher(name: string): (path: string) => boolean {
  const wanted = name
    .trim()
    .replace(/^\.?\//, '')
    .toLowerCase();
  if (!/[*?[{]/.test(wanted)) return (path) => path.toLowerCase().includes(wanted);
  const hasFolder = wanted.includes('/');
  return (path) => {
    const lower = path.toLowerCase();
    return matchesGlob(hasFolder ? lower : lower.slice(lower.lastIndexOf('/') + 1), wanted);
  };
}
