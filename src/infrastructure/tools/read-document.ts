import * as z from 'zod';
import { ATTACHED } from '../../core/reasoning/media-blocks.ts';
import { FailureError, type Result } from '../../core/models/failure.ts';
import { defineTool, type Tool, type ToolContext, type ToolOutcome } from '../../core/tools/tool.ts';
import type { DocumentRequest } from './documents/document-protocol.ts';
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
      // What the person handed over is theirs to show: nothing of the disk is touched.
      if (path.startsWith(ATTACHED)) return {};
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: true });
      return { reads: [target.path] };
    },
    execute: ({ path, part }, context) =>
      asOutcome(path, context.signal, async (): Promise<ToolOutcome> => {
        const wanted = { part: part?.trim() || null, type: null, address: null };
        if (path.startsWith(ATTACHED)) return readAttached(path.slice(ATTACHED.length), wanted, context);
        const target = resolveInWorkspace({ ...dependencies, workspace: context.workspace }, path, { mustExist: true });
        const file = openPlainFile(target);
        try {
          if (file.size > LARGEST_DOCUMENT) {
            const limit = `${LARGEST_DOCUMENT / 1024 / 1024} MB`;
            throw new FailureError('document_too_large', `${target.shown} has ${file.size} bytes; documents are read up to ${limit}.`);
          }
          return outcomeOf(await readDocument(file.descriptor, { name: target.shown, ...wanted }, context.signal));
        } finally {
          file.close();
        }
      }),
  });
}

/** A document that came with a message and is in the conversation alone. */
async function readAttached(name: string, wanted: Omit<DocumentRequest, 'name'>, context: ToolContext): Promise<ToolOutcome> {
  const data = await context.readAttached(name);
  if (data === null) throw new FailureError('path_not_found', `No document ${name} was handed over in this conversation.`);
  return outcomeOf(await readDocument(data, { name, ...wanted }, context.signal));
}

/** Its words come from outside, whoever put it there. */
function outcomeOf(read: Result<string>): ToolOutcome {
  return read.ok ? { ok: true, output: read.value, trust: 'untrusted' } : { ...read, trust: 'untrusted' };
}
