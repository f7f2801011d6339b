import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { mediaInWords } from '../../core/models/media.ts';
import { LARGEST_PICTURE, readFormat } from '../../core/models/media-format.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';
import { openPlainFile } from './open-file.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { resolveInWorkspace, type ResolvedPath } from './workspace-paths.ts';

const input = () => lenientObject({ path: z.string() }, { file: 'path', file_path: 'path', filename: 'path', image: 'path' });

type Input = z.output<ReturnType<typeof input>>;

/** Shows a picture of the workspace to a model that can see. */
export function createViewImageTool(dependencies: ToolDependencies): Tool {
  return defineTool<Input>({
    name: 'view_image',
    description: 'Look at a picture in the workspace (PNG, JPEG, WebP or GIF). You are shown it as it is.',
    examples: [
      { request: 'What is on photos/harbour.jpg?', input: { path: 'photos/harbour.jpg' } },
      { request: 'Does the chart in chart.png rise or fall?', input: { path: 'chart.png' } },
    ],
    input,
    effect: 'none',
    needsAbleModel: true,
    needsSight: true,
    describe: ({ path }) => ({ future: `Will look at ${path}`, present: `Looking at ${path}`, past: `Looked at ${path}` }),
    async touches({ path }, { workspace }) {
      const target = resolveInWorkspace({ ...dependencies, workspace }, path, { mustExist: true });
      return { reads: [target.path] };
    },
    execute: ({ path }, context) =>
      asOutcome(path, context.signal, async () => {
        const target = resolveInWorkspace({ ...dependencies, workspace: context.workspace }, path, { mustExist: true });
        const data = await bytesOf(target);
        const format = readFormat(data, target.shown);
        if (!format.ok) throw new FailureError(format.failure.code, format.failure.message);
        if (format.value.mediaType === 'application/pdf') {
          throw new FailureError('media_unsupported', `${target.shown} is a PDF: read it with read_document.`);
        }
        const hash = process.getBuiltinModule('node:crypto').hash('sha256', data);
        return {
          ok: true,
          output: `${target.shown}: ${mediaInWords(format.value)}`,
          trust: 'trusted',
          media: [{ name: target.shown, media: { ...format.value, hash }, data }],
        };
      }),
  });
}

async function bytesOf(target: ResolvedPath): Promise<Buffer> {
  const file = openPlainFile(target);
  try {
    const data = await file.readAll(LARGEST_PICTURE);
    if (data !== null) return data;
    throw new FailureError('media_too_large', `${target.shown} has more than ${LARGEST_PICTURE} bytes.`);
  } finally {
    file.close();
  }
}
