const ESC = '\u001b';
const BEL = '\u0007';
/** Escape sequences: CSI, OSC and other strings, two-letter ones. */
const ESCAPES = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^]*?(?:${BEL}|${ESC}\\\\)|[ -/]*[0-Z\\\\^-~])`, 'g');
/** An escape sequence that has begun and not ended. */
const OPEN_ESCAPE = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*|[\\]PX^_][^${BEL}${ESC}]*${ESC}?|[ -/]*)?$`);
const CONTROLS = /[\p{Cc}--[\t\n\r]]/gv;
/** An unended escape sequence longer than this is no such thing. */
const LONGEST_ESCAPE = 4096;

/** Turns a stream of bytes into text: UTF-8 across the borders of chunks, without colours and other escapes of a terminal. */
export class TerminalText {
  readonly #decoder = new TextDecoder();
  #held = '';

  add(bytes: Uint8Array): string {
    return this.#clean(this.#held + this.#decoder.decode(bytes, { stream: true }), false);
  }

  end(): string {
    return this.#clean(this.#held + this.#decoder.decode(), true);
  }

  #clean(text: string, isEnd: boolean): string {
    let ready = text;
    this.#held = '';
    if (!isEnd) {
      const at = text.search(OPEN_ESCAPE);
      // A `\r` may be the first half of a line end.
      const hold = at >= 0 && text.length - at < LONGEST_ESCAPE ? at : text.endsWith('\r') ? text.length - 1 : text.length;
      ready = text.slice(0, hold);
      this.#held = text.slice(hold);
    }
    return ready.replace(ESCAPES, '').replace(/\r\n/g, '\n').replace(CONTROLS, '');
  }
}
