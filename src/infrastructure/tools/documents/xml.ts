import { Parser } from 'htmlparser2';

/** Bytes that are decoded and parsed at once. */
const PIECE = 256 * 1024;

export interface XmlHandler {
  /** Names without their prefix: `p` for `w:p`. Attributes keep theirs. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads XML as events, in bounded memory. Entities that a document defines itself are not expanded; what is not well-formed is
 * read as far as it makes sense.
 * @param isEnough asked now and then; true ends the reading
 */
export function readXml(bytes: Buffer, handler: XmlHandler, isEnough: () => boolean = () => false): void {
  const decoder = new TextDecoder(encodingOf(bytes));
  const parser = new Parser(
    {
      onopentag: (name, attributes) => handler.open?.(local(name), attributes),
      onclosetag: (name) => handler.close?.(local(name)),
      ontext: (text) => handler.text?.(text),
    },
    { xmlMode: true, decodeEntities: true },
  );
  for (let at = 0; at < bytes.length && !isEnough(); at += PIECE) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true }));
  }
  if (!isEnough()) parser.end();
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
