import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';
import { openPlainFile } from './open-file.ts';
import { readLines } from './read-lines.ts';
import { asOutcome } from './system-failure.ts';
import { binary, decodeText, encodingOf } from './text-encoding.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { type ResolvedPath, resolveInWorkspace } from './workspace-paths.ts';

/** Bytes of text that one call takes into memory. */
const READABLE_BYTES = 4 * 1024 * 1024;

const input = () =>
  lenientObject(
    {
      path: z.string(),
      start_line: z.number().min(1).meta({ type: 'integer' }).optional(),
      end_line: z.number().min(1).meta({ type: 'integer' }).optional(),
    },
    { file: 'path', file_path: 'path', filename: 'path', start: 'start_line', end: 'end_line' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Reads a text file, or a range of its lines, which may lie anywhere in a file of any size. */
export function createReadFileTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'read_file',
    description: 'Read a text file, or only lines start_line to end_line of it.',
    examples: [
      { request: 'What does letter.txt say?', input: { path: 'letter.txt' } },
      { request: 'Show me the first ten lines of logs/server.log.', input: { path: 'logs/server.log', start_line: 1, end_line: 10 } },
      { request: 'Open src/index.ts and explain it.', input: { path: 'src/index.ts' } },
      { request: 'Who came along, according to trips/norway.md?', input: { path: 'trips/norway.md' } },
    ],
    input,
    effect: 'none',
    describe: ({ path }) => ({ future: `Will read ${path}`, present: `Reading ${path}`, past: `Read ${path}` }),
    async touches({ path }, { workspace }) {
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: true });
      return { reads: [target.path] };
    },
    execute: ({ path, start_line, end_line }, context) =>
      asOutcome(path, context.signal, async () => {
        const rules = { ...dependencies, workspace: context.workspace };
        const target = resolveInWorkspace(rules, path, { mustExist: true });
        const range = start_line === undefined && end_line === undefined ? null : lineRange(start_line, end_line);
        return { ok: true, output: await readText(target, range, context.signal), trust: 'trusted' };
      }),
  });
}

/** Lines counted from 1, both ends included. */
interface LineRange {
  readonly first: number;
  readonly last: number;
}

function lineRange(start: number | undefined, end: number | undefined): LineRange {
  const first = Math.floor(start ?? 1);
  const last = end === undefined ? Number.POSITIVE_INFINITY : Math.floor(end);
  return last < first ? { first: last, last: first } : { first, last };
}

async function readText(target: ResolvedPath, range: LineRange | null, signal: AbortSignal): Promise<string> {
  const file = openPlainFile(target);
  try {
    const start = Buffer.alloc(8192);
    const bytesRead = file.read(start, 0);
    const encoding = encodingOf(start.subarray(0, bytesRead));
    const wide = encoding.startsWith('utf-16');
    if (!wide && start.subarray(0, bytesRead).includes(0)) throw binary(target.shown);
    if (file.size > READABLE_BYTES && (range === null || wide)) {
      throw new FailureError('file_too_large', `${target.shown} has ${file.size} bytes; at most ${READABLE_BYTES} can be read at once.`);
    }
    if (range !== null && !wide) return await readLines(file, target.shown, range, READABLE_BYTES, signal);
    const bytes = await file.readAll(READABLE_BYTES);
    if (bytes === null) throw new FailureError('file_too_large', `${target.shown} has more than ${READABLE_BYTES} bytes.`);
    const text = decodeText(bytes, target.shown, encoding);
    if (range !== null) return linesOf(text, range);
    return text === '' ? `(${target.shown} is empty)` : text;
  } finally {
    file.close();
  }
}

function linesOf(text: string, range: LineRange): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (range.first > lines.length) return `(there is no line ${range.first}: the file has ${lines.length} lines)`;
  const last = Math.min(range.last, lines.length);
  return `lines ${range.first}–${last} of ${lines.length}\n${lines.slice(range.first - 1, last).join('\n')}`;
}
