/** One event of a server-sent event stream. */
export interface SseEvent {
  /** The `event` field; empty when there was none. */
  event: string;
  /** The `data` fields joined by line feeds. */
  data: string;
}

/**
 * An incremental parser of server-sent events (WHATWG HTML, section 9.2.6), fed with bytes as they come.
 * Lines end with LF, CR or CRLF, wherever the bytes are cut; comments, `id` and `retry` are passed over.
 * Unlike a browser, `end` also gives an event whose closing blank line never came: servers of this field forget it.
 */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';
  #skipLineFeed = false;
  #event = '';
  #data: string | null = null;

  /** The events that became complete with these bytes. */
  push(bytes: Uint8Array): SseEvent[] {
    return this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Characters of a line that has not ended yet. */
  get pending(): number {
    return this.#rest.length;
  }

  /** The stream is over: what was left without its final line end. */
  end(): SseEvent[] {
    const events = this.#read(this.#decoder.decode());
    if (this.#rest !== '') this.#line(this.#rest, 0, this.#rest.length);
    this.#rest = '';
    this.#dispatch(events);
    return events;
  }

  #read(decoded: string): SseEvent[] {
    const events: SseEvent[] = [];
    let text = decoded;
    if (this.#skipLineFeed && text !== '') {
      this.#skipLineFeed = false;
      if (text.charCodeAt(0) === 10) text = text.slice(1);
    }
    const searched = this.#rest.length;
    if (searched > 0) text = this.#rest + text;
    let at = 0;
    let feed = text.indexOf('\n', searched);
    let carriage = text.indexOf('\r', searched);
    for (;;) {
      if (feed !== -1 && feed < at) feed = text.indexOf('\n', at);
      if (carriage !== -1 && carriage < at) carriage = text.indexOf('\r', at);
      if (feed === -1 && carriage === -1) break;
      const end = carriage !== -1 && (feed === -1 || carriage < feed) ? carriage : feed;
      if (end === at) this.#dispatch(events);
      else this.#line(text, at, end);
      at = end + 1;
      if (end === carriage) {
        if (at === text.length) this.#skipLineFeed = true;
        else if (text.charCodeAt(at) === 10) at += 1;
      }
    }
    this.#rest = at === 0 ? text : text.slice(at);
    return events;
  }

  #line(text: string, from: number, to: number): void {
    const colon = text.indexOf(':', from);
    if (colon === from) return;
    const nameEnd = colon === -1 || colon > to ? to : colon;
    const name = text.slice(from, nameEnd);
    if (name !== 'data' && name !== 'event') return;
    let start = Math.min(nameEnd + 1, to);
    if (start < to && text.charCodeAt(start) === 32) start += 1;
    const value = text.slice(start, to);
    if (name === 'event') this.#event = value;
    else this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data !== null) events.push({ event: this.#event, data: this.#data });
    this.#event = '';
    this.#data = null;
  }
}
