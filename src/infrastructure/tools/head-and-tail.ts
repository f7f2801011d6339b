/** Collects text of any length in bounded memory: whole, or its beginning and its end with a note of what is left out. */
export class HeadAndTail {
  readonly #half: number;
  #head = '';
  #tail: string[] = [];
  #tailLength = 0;
  #dropped = 0;

  /** @param limit characters at most */
  constructor(limit: number) {
    this.#half = Math.floor(limit / 2);
  }

  add(text: string): void {
    const room = this.#half - this.#head.length;
    const toHead = room > 0 ? text.slice(0, room) : '';
    this.#head += toHead;
    const rest = text.slice(toHead.length);
    if (rest === '') return;
    this.#tail.push(rest);
    this.#tailLength += rest.length;
    while (this.#tailLength - (this.#tail[0]?.length ?? 0) > this.#half) {
      const first = this.#tail.shift() ?? '';
      this.#tailLength -= first.length;
      this.#dropped += first.length;
    }
  }

  text(): string {
    const tail = this.#tail.join('');
    const over = Math.max(0, tail.length - this.#half);
    const dropped = this.#dropped + over;
    return dropped === 0 ? this.#head + tail : `${this.#head}\n[… ${dropped} characters left out]\n${tail.slice(over)}`;
  }
}
