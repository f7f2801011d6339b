import * as z from 'zod';
import { runsByItself } from '../../core/tools/self-running-files.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { applyHunks } from './apply-hunks.ts';
import { diffOf } from './diff-preview.ts';
import { lenientObject } from './lenient-input.ts';
import { readBefore, replaceFile } from './replace-file.ts';
import { asOutcome } from './system-failure.ts';
import { decodeText, encodeText, encodingOf } from './text-encoding.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { type PathRules, resolveInWorkspace } from './workspace-paths.ts';

const hunk = () =>
  lenientObject(
    { old_text: z.string(), new_text: z.string(), all: z.boolean().optional() },
    {
      old: 'old_text',
      old_string: 'old_text',
      search: 'old_text',
      new: 'new_text',
      new_string: 'new_text',
      replace: 'new_text',
      replace_all: 'all',
    },
  );

const shape = () =>
  lenientObject({ path: z.string(), edits: z.array(hunk()) }, { file: 'path', file_path: 'path', filename: 'path', hunks: 'edits' });

// One edit given without its list is meant as a list of one.
const input = () =>
  z.preprocess((raw) => {
    if (raw === null || typeof raw !== 'object' || 'edits' in raw || 'hunks' in raw) return raw;
    return { ...raw, edits: [raw] };
  }, shape());

type Input = z.output<ReturnType<typeof input>>;

/** Replaces passages of a file: all of them or none. */
export function createEditFileTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'edit_file',
    description:
      'Change parts of a file: each old_text, exactly as it stands there, becomes new_text. It must occur once, unless all is true.',
    examples: [
      {
        request: 'In letter.txt change Monday to Friday.',
        input: { path: 'letter.txt', edits: [{ old_text: 'Monday', new_text: 'Friday' }] },
      },
      {
        request: 'Replace every Smith with Jones in guests.csv.',
        input: { path: 'guests.csv', edits: [{ old_text: 'Smith', new_text: 'Jones', all: true }] },
      },
    ],
    input,
    effect: 'unsafe',
    describe: ({ path }) => ({ future: `Will edit ${path}`, present: `Editing ${path}`, past: `Edited ${path}` }),
    async touches({ path }, { workspace }) {
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: true });
      const reason = runsByItself(target.shown);
      return { reads: [target.path], writes: [target.path], ...(reason === null ? {} : { mustAsk: [reason] }) };
    },
    async preview(given, { workspace }) {
      const { target, before, bytes } = await edited({ ...dependencies, workspace }, given);
      return { kind: 'diff', path: target.shown, diff: await diffOf(target.shown, before.bytes, bytes), creates: false };
    },
    execute: (given, context) =>
      asOutcome(given.path, context.signal, async () => {
        const { target, before, bytes, places } = await edited({ ...dependencies, workspace: context.workspace }, given);
        await replaceFile(target, before, bytes, context);
        return { ok: true, output: `Edited ${target.shown}: ${places} ${places === 1 ? 'place' : 'places'} changed.`, trust: 'trusted' };
      }),
  });
}

/** The file as it would be after the edits; nothing is written. */
async function edited(rules: PathRules, { path, edits }: Input) {
  const target = resolveInWorkspace(rules, path, { mustExist: true });
  const before = await readBefore(target);
  const old = before.bytes ?? Buffer.alloc(0);
  const encoding = encodingOf(old);
  const { text, places } = applyHunks(decodeText(old, target.shown, encoding), edits, target.shown);
  return { target, before, places, bytes: encodeText(text, encoding) };
}
