import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { runsByItself } from '../../core/tools/self-running-files.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { diffOf } from './diff-preview.ts';
import { lenientObject } from './lenient-input.ts';
import { readBefore, replaceFile } from './replace-file.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { resolveInWorkspace } from './workspace-paths.ts';

const input = () =>
  lenientObject(
    { path: z.string(), content: z.string() },
    { file: 'path', file_path: 'path', filename: 'path', text: 'content', contents: 'content' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Writes a whole file in one step, making its folders. */
export function createWriteFileTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'write_file',
    description: 'Create a file, or replace all of it. Makes missing folders.',
    examples: [
      { request: 'Make a file hello.txt that says Hi there.', input: { path: 'hello.txt', content: 'Hi there.\n' } },
      {
        request: 'Write a shopping list with milk and bread to lists/shopping.md.',
        input: { path: 'lists/shopping.md', content: '- milk\n- bread\n' },
      },
      { request: 'Save "Call Anna on Monday" as reminder.txt.', input: { path: 'reminder.txt', content: 'Call Anna on Monday\n' } },
    ],
    input,
    effect: 'unsafe',
    describe: ({ path }) => ({ future: `Will write ${path}`, present: `Writing ${path}`, past: `Wrote ${path}` }),
    async touches({ path }, { workspace }) {
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: false });
      const reason = runsByItself(target.shown);
      return { writes: [target.path], ...(reason === null ? {} : { mustAsk: [reason] }) };
    },
    async preview({ path, content }, { workspace }) {
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: false });
      const before = await readBefore(target);
      return {
        kind: 'diff',
        path: target.shown,
        diff: await diffOf(target.shown, before.bytes, Buffer.from(content)),
        creates: before.bytes === null,
      };
    },
    execute: ({ path, content }, context) =>
      asOutcome(path, context.signal, async () => {
        const target = resolveInWorkspace({ ...dependencies, workspace: context.workspace }, path, { mustExist: false });
        if (target.path === context.workspace) throw new FailureError('path_not_a_file', 'The path is the workspace itself.');
        const before = await readBefore(target);
        const bytes = Buffer.from(content);
        await replaceFile(target, before, bytes, context);
        const verb = before.bytes === null ? 'Created' : 'Replaced';
        return { ok: true, output: `${verb} ${target.shown} (${bytes.length} bytes).`, trust: 'trusted' };
      }),
  });
}
