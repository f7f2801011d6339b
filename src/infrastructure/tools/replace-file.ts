import { accessSync, constants } from 'node:fs';
import { mkdir, open, realpath, rename, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FailureError } from '../../core/models/failure.ts';
import type { ToolContext } from '../../core/tools/tool.ts';
import { openFolder, openPlainFile, type PlainFile } from './open-file.ts';
import { failureFromSystem } from './system-failure.ts';
import type { ResolvedPath } from './workspace-paths.ts';

/** A change that could not be undone must not be made: files above this are not touched, as their bytes would have to be kept. */
const UNDOABLE_BYTES = 64 * 1024 * 1024;

/** A file as it stands. All are null when there is none. */
export interface FileBefore {
  readonly bytes: Buffer | null;
  readonly mode: number | null;
  readonly owner: PlainFile['owner'] | null;
}

/**
 * The bytes of a file that is about to be changed.
 * @throws FailureError path_not_a_file, path_no_permission (also for a file that is marked read-only), file_too_large
 */
export async function readBefore(target: ResolvedPath): Promise<FileBefore> {
  if (!target.exists) return { bytes: null, mode: null, owner: null };
  const file = openPlainFile(target);
  try {
    // A rename needs no right to write the file itself, so a read-only file would be replaced silently.
    accessSync(target.path, constants.W_OK);
    const bytes = file.size > UNDOABLE_BYTES ? null : await file.readAll(UNDOABLE_BYTES);
    if (bytes !== null) return { bytes, mode: file.mode, owner: file.owner };
    throw new FailureError('file_too_large', `${target.shown} has ${file.size} bytes: too large to keep a copy for undoing the change.`);
  } catch (error) {
    throw failureFromSystem(error, target.shown);
  } finally {
    file.close();
  }
}

/**
 * Puts `bytes` in the place of the file in one step: whoever reads sees the old file or the new one, never a half. Keeps the mode and,
 * where the system lets us, the owner. Missing folders are made. The bytes before are recorded first.
 * @throws FailureError disk_full, path_no_permission, path_not_a_directory, path_outside_workspace; then nothing has changed
 */
export async function replaceFile(target: ResolvedPath, before: FileBefore, bytes: Uint8Array, context: ToolContext): Promise<void> {
  context.signal.throwIfAborted();
  await context.recordFile({ path: target.path, before: before.bytes, modeBefore: before.mode });
  const folder = dirname(target.path);
  try {
    if (!target.exists) await mkdir(folder, { recursive: true });
    if ((await realpath(folder)) !== folder) {
      throw new FailureError('path_outside_workspace', `The folder of ${target.shown} changed its place.`);
    }
  } catch (error) {
    throw failureFromSystem(error, target.shown);
  }
  const opened = openFolder(folder, target.shown);
  // Loaded here: at the start of the program it would cost milliseconds for nothing.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const temporary = `${opened.base}/.${basename(target.path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeNew(temporary, bytes, before);
    await rename(temporary, `${opened.base}/${basename(target.path)}`);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw failureFromSystem(error, target.shown);
  } finally {
    opened.close();
  }
}

async function writeNew(path: string, bytes: Uint8Array, { mode, owner }: FileBefore): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o666);
  try {
    await handle.writeFile(bytes);
    // Only root can give a file away; for others the file becomes theirs, as with any editor.
    if (owner !== null && owner.user !== process.geteuid?.()) await handle.chown(owner.user, owner.group).catch(() => undefined);
    if (mode !== null) await handle.chmod(mode);
    // The rename must not become durable before the bytes are: after a power cut the file would be empty.
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
