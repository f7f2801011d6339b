import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { InstructionFiles } from '../../application/ports/machine.ts';

/** The name that agents have agreed on. */
const FILE = 'AGENTS.md';
/** Bytes; a longer one would fill the window before anything was said. */
const LONGEST = 32 * 1024;

/** @param digest hex digest of a text */
export function createInstructionFiles(digest: (text: string) => string): InstructionFiles {
  return {
    async read(workspace) {
      const text = textIn(join(workspace, FILE));
      return text === null ? null : { file: FILE, text, digest: digest(text) };
    },
  };
}

/** No link is followed, nothing that is no plain file is opened for long, and what is no text is none. */
function textIn(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > LONGEST) return null;
    const bytes = Buffer.alloc(LONGEST + 1);
    const length = readSync(file, bytes, 0, bytes.length, 0);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)).trim();
    return length > LONGEST || text === '' || text.includes('\u0000') ? null : text;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}
