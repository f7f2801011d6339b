import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { FailureError } from '../core/models/failure.ts';
import { readHandedOver } from '../core/models/handed-over.ts';
import { LARGEST_PDF } from '../core/models/media-format.ts';
import type { NewAttachment } from '../core/models/media.ts';
import { usage } from './words.ts';

/** Files that go with one message. */
const MOST_FILES = 20;

/** The files of `--attach`, as they go with the message. @throws FailureError that names the file */
export function readAttachments(paths: readonly string[]): readonly NewAttachment[] {
  if (paths.length > MOST_FILES) throw usage(`At most ${MOST_FILES} files go with one message.`);
  return paths.map(readAttachment);
}

function readAttachment(path: string): NewAttachment {
  const name = basename(path);
  const data = bytesOf(resolve(path), path);
  const read = readHandedOver(name, data);
  if (!read.ok) throw new FailureError(read.failure.code, read.failure.message);
  // A file that was handed over can hold anybody's words.
  if (read.value.kind === 'text') return { name, trust: 'untrusted', text: read.value.text };
  const hash = process.getBuiltinModule('node:crypto').hash('sha256', data);
  return { name, trust: 'untrusted', media: { ...read.value.format, hash }, data };
}

function bytesOf(path: string, shown: string): Uint8Array {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new FailureError('path_not_found', `--attach: there is no file ${shown}.`);
  if (!found.isFile()) throw new FailureError('path_not_a_file', `--attach: ${shown} is not a file.`);
  if (found.size > LARGEST_PDF) {
    throw new FailureError('media_too_large', `--attach: ${shown} has ${found.size} bytes; at most ${LARGEST_PDF} can be handed over.`);
  }
  try {
    return readFileSync(path);
  } catch {
    throw new FailureError('path_no_permission', `--attach: ${shown} cannot be read.`);
  }
}
