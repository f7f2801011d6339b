import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { defineTool, type Tool, type ToolOutcome } from '../../core/tools/tool.ts';
import { LARGEST_DOCUMENT, readDocument } from './documents/document-reader.ts';
import { lenientObject } from './lenient-input.ts';
import { openPlainFile } from './open-file.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { resolveInWorkspace } from './workspace-paths.ts';

const input = () =>
  lenientObject(
    { path: z.string(), part: z.string().optional() },
    {
      file: 'path',
      file_path: 'path',
      filename: 'path',
      pages: 'part',
      page: 'part',
      slides: 'part',
      sheet: 'part',
      range: 'part',
      chapter: 'part',
    },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Reads documents that are no plain text, in a process of its own. Their words come from outside, whoever put them into the workspace. */
export function createReadDocumentTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'read_document',
    description:
      'Read a PDF, Word, Excel, PowerPoint, CSV, HTML or EPUB file as text. part: pages, slides or chapters (2-5), or cells (Budget!A1:D20).',
    examples: [
      { request: 'Summarise pages 2 to 5 of report.pdf.', input: { path: 'report.pdf', part: '2-5' } },
      { request: 'What is in the sheet Budget of plan.xlsx?', input: { path: 'plan.xlsx', part: 'Budget' } },
    ],
    input,
    effect: 'none',
    needsAbleModel: true,
    describe({ path, part }) {
      const what = part === undefined ? path : `${path}, ${part}`;
      return { future: `Will read ${what}`, present: `Reading ${what}`, past: `Read ${what}` };
    },
    async touches({ path }, { workspace }) {
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: true });
      return { reads: [target.path] };
    },
    execute: ({ path, part }, context) =>
      asOutcome(path, context.signal, async (): Promise<ToolOutcome> => {
        const target = resolveInWorkspace({ ...dependencies, workspace: context.workspace }, path, { mustExist: true });
        const file = openPlainFile(target);
        try {
          if (file.size > LARGEST_DOCUMENT) {
            const limit = `${LARGEST_DOCUMENT / 1024 / 1024} MB`;
            throw new FailureError('document_too_large', `${target.shown} has ${file.size} bytes; documents are read up to ${limit}.`);
          }
          const request = { name: target.shown, part: part?.trim() || null, type: null, address: null };
          const read = await readDocument(file.descriptor, request, context.signal);
          return read.ok ? { ok: true, output: read.value, trust: 'untrusted' } : { ...read, trust: 'untrusted' };
        } finally {
          file.close();
        }
      }),
  });
}
