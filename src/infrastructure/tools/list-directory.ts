import { lstat, opendir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { isProtected, type PathRules, resolveInWorkspace } from './workspace-paths.ts';

const MAX_ENTRIES = 1000;

const input = () => lenientObject({ path: z.string().optional() }, { directory: 'path', folder: 'path', dir: 'path' });

type Input = z.output<ReturnType<typeof input>>;

/** Lists one folder: sub-folders first, then files with their sizes. */
export function createListDirectoryTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'list_directory',
    description: 'List the folders and files, with sizes, in a folder (the workspace if no path is given).',
    examples: [
      { request: 'What is in this folder?', input: { path: '.' } },
      { request: 'How many pictures are in photos/2023?', input: { path: 'photos/2023' } },
      { request: 'Which is the biggest file in downloads?', input: { path: 'downloads' } },
    ],
    input,
    effect: 'none',
    describe({ path }) {
      const name = nameOf(path);
      return { future: `Will list ${name}`, present: `Listing ${name}`, past: `Listed ${name}` };
    },
    async touches({ path }, { workspace }) {
      return { reads: [resolveInWorkspace({ ...dependencies, workspace }, path ?? '.', { mustExist: true }).path] };
    },
    execute: ({ path }, context) =>
      asOutcome(path ?? '.', context.signal, async () => {
        const rules = { ...dependencies, workspace: context.workspace };
        const target = resolveInWorkspace(rules, path ?? '.', { mustExist: true });
        if (!(await lstat(target.path)).isDirectory()) throw new FailureError('path_not_a_directory', `${target.shown} is a file.`);
        return { ok: true, output: await listing(rules, target.path, target.shown), trust: 'trusted' };
      }),
  });
}

function nameOf(path: string | undefined): string {
  return path === undefined || path === '' || path === '.' || path === './' ? 'the workspace' : path;
}

async function listing(rules: PathRules, folder: string, shown: string): Promise<string> {
  const folders: string[] = [];
  const files: string[] = [];
  let more = 0;
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (isProtected(rules, path)) continue;
    if (folders.length + files.length >= MAX_ENTRIES) more += 1;
    else if (entry.isDirectory()) folders.push(`${entry.name}/`);
    else if (entry.isSymbolicLink()) files.push(`${entry.name} -> ${await readlink(path).catch(() => '?')}`);
    else if (entry.isFile()) files.push(`${entry.name} (${await sizeOf(path)})`);
    else files.push(`${entry.name} (not a plain file)`);
  }
  const head = `${nameOf(shown)}: ${counted(folders.length, 'folder')}, ${counted(files.length, 'file')}`;
  const tail = more > 0 ? [`[${more} more left out; use find_files]`] : [];
  return [head, ...folders.sort(), ...files.sort(), ...tail].join('\n');
}

async function sizeOf(path: string): Promise<string> {
  const stats = await lstat(path).catch(() => null);
  return stats ? counted(stats.size, 'byte') : 'gone';
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
