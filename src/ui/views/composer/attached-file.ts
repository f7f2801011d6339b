import type { MediaFormat } from '../../../core/models/media-format.ts';
import { estimateMedia } from '../../../core/models/media-tokens.ts';
import type { ModelLine } from '../../../contract/views.ts';
import { bytes } from '../../figures.ts';
import { shortModelName } from '../../stores/models-store.ts';
import { say } from '../../words/say.ts';

/** A file that goes with the next message: the words of a text file, or a picture or a PDF as it is. */
export type Attached = { readonly name: string; readonly bytes: number } & (
  | { readonly text: string }
  | {
      readonly format: MediaFormat;
      readonly file: Blob;
      /** Of a picture, as long as this window is open. */
      readonly url: string | null;
    }
);

/** As much text as a message can carry: in one file, and in all of them. */
const LARGEST = 400_000;
const LARGEST_TOGETHER = 800_000;
/** Files of one message. */
const MOST = 20;
/** Characters of a paste from which on it is material rather than words of one's own. */
const LONG_PASTE = 4_000;
/** Bytes of a token, roughly. */
const BYTES_PER_TOKEN = 3.5;

/** A file as it goes with a message; why not, when it cannot. What it is, its content says, not its name. */
export async function readFile(file: File): Promise<{ ok: true; file: Attached } | { ok: false; message: string }> {
  // What tells files apart is wanted with the first one.
  const [{ readHandedOver }, { LARGEST_PDF }] = await Promise.all([
    import('../../../core/models/handed-over.ts'),
    import('../../../core/models/media-format.ts'),
  ]);
  if (file.size > LARGEST_PDF)
    return { ok: false, message: say`${file.name} is too large to attach (${bytes(file.size)}). Put it into the workspace instead.` };
  const data = await file.arrayBuffer().catch(() => null);
  if (data === null) return { ok: false, message: say`${file.name} cannot be read.` };
  const read = readHandedOver(file.name, new Uint8Array(data));
  if (!read.ok) return { ok: false, message: read.failure.message };
  const name = file.name || say`Pasted file`;
  if (read.value.kind === 'text') return { ok: true, file: { name, text: read.value.text, bytes: file.size } };
  const { format } = read.value;
  const isPdf = format.mediaType === 'application/pdf';
  const blob = new Blob([data], { type: format.mediaType });
  return { ok: true, file: { name, bytes: file.size, format, file: blob, url: isPdf ? null : URL.createObjectURL(blob) } };
}

/** The bytes that a window held of a picture that goes no further. */
export function release(file: Attached): void {
  if ('url' in file && file.url !== null) URL.revokeObjectURL(file.url);
}

/** The file under a name that no other has: every screenshot on the clipboard is called the same. */
export function withOwnName(file: Attached, others: readonly Attached[]): Attached {
  if ('text' in file) return file;
  return { ...file, name: freeName(file.name, others) };
}

/** A paste that is too long to stand between one's own words, as a file of its own; null when it is not. */
export function longPaste(text: string, others: readonly Attached[]): Attached | null {
  if (text.length < LONG_PASTE) return null;
  return { name: freeName(say`Pasted text`, others), text, bytes: new TextEncoder().encode(text).length };
}

function freeName(wished: string, others: readonly Attached[]): string {
  const names = new Set(others.map((file) => file.name));
  const dot = wished.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [wished.slice(0, dot), wished.slice(dot)] : [wished, ''];
  let name = wished;
  for (let at = 2; names.has(name); at += 1) name = `${stem} ${at}${ending}`;
  return name;
}

/** Why a file cannot go with these as well; null when it can. */
export function tooMuch(file: Attached, others: readonly Attached[]): string | null {
  if (others.length >= MOST) return say`At most ${MOST} files go with one message.`;
  if (!('text' in file)) return null;
  if (file.bytes > LARGEST) return say`${file.name} is too large to attach (${bytes(file.bytes)}). Put it into the workspace instead.`;
  const texts = [...others.filter((each) => each.name !== file.name), file].filter((each) => 'text' in each);
  const all = texts.reduce((sum, each) => sum + each.bytes, 0);
  return all > LARGEST_TOGETHER ? say`${file.name} is too much beside the others (${bytes(all)} together).` : null;
}

/** What it will take of the window, roughly: of a picture by the formula of the model's family. */
export function estimatedTokens(file: Attached, model: ModelLine | undefined): number {
  return 'text' in file ? Math.ceil(file.bytes / BYTES_PER_TOKEN) : estimateMedia(file.format, model?.sight?.counting);
}

/** What becomes of pictures and PDFs with this model, where they do not simply go as they are; null: nothing to say. */
export function fateOf(files: readonly Attached[], model: ModelLine | undefined): { words: string; isBlocked: boolean } | null {
  if (model === undefined) return null;
  const media = files.filter((file) => !('text' in file));
  const refused = media.filter((file) => !('text' in file) && !(model.sight?.takes.includes(file.format.mediaType) ?? false));
  const name = shortModelName(model.id);
  const picture = refused.find((file) => !('text' in file) && file.format.mediaType !== 'application/pdf');
  if (picture) return { words: say`${name} cannot see ${picture.name}. Choose a model that takes such pictures.`, isBlocked: true };
  const [pdf] = refused;
  if (pdf) return { words: say`${name} takes no PDF as it is: its words are read from ${pdf.name} by a tool.`, isBlocked: false };
  if (media.length === 0 || model.sight?.isSure !== false) return null;
  return { words: say`Whether ${name} can see is not known here: it is tried.`, isBlocked: false };
}
