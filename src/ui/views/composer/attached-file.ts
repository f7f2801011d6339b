import { bytes } from '../../figures.ts';

/** A text file that goes with the next message. */
export interface Attached {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
}

/** As much as a message can carry without filling a window. */
const LARGEST = 1_000_000;

/** A file's words; why not, when it has none or too many. */
export async function readTextFile(file: File): Promise<{ ok: true; file: Attached } | { ok: false; message: string }> {
  if (file.size > LARGEST)
    return { ok: false, message: `${file.name} is too large to attach (${bytes(file.size)}). Put it into the workspace instead.` };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    if (text.includes('\0')) return { ok: false, message: `${file.name} is not a text file.` };
    return { ok: true, file: { name: file.name, text, bytes: file.size } };
  } catch {
    return { ok: false, message: `${file.name} is not a text file.` };
  }
}
