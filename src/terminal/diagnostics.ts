import type { Glasshouse } from '../contract/glasshouse.ts';
import { FailureError } from '../core/models/failure.ts';
import { visible } from '../core/models/visible.ts';
import type { Command } from './command.ts';
import { isWanted } from './is-wanted.ts';
import type { TerminalStreams } from './screen.ts';

/** `glasshouse diagnostics [FILE]`. @returns 0, or 1 when the person did not want it saved */
export async function diagnosticsCommand(
  app: Glasshouse,
  command: Extract<Command, { name: 'diagnostics' }>,
  streams: TerminalStreams,
): Promise<number> {
  const text = await app.diagnostics();
  streams.stdout.write(text);
  if (command.file === null) return 0;
  if (!command.yes && !(await isWanted(`Save exactly this as ${visible(command.file)}? [y/N] `, streams))) {
    streams.stderr.write('Nothing was saved.\n');
    return 1;
  }
  const { writeFile } = await import('node:fs/promises');
  try {
    await writeFile(command.file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : '';
    const words = why === 'EEXIST' ? 'is there already' : `cannot be written (${why})`;
    throw new FailureError('usage', `${visible(command.file)} ${words}.`, { cause: error });
  }
  streams.stderr.write(`Saved as ${visible(command.file)}\n`);
  return 0;
}
