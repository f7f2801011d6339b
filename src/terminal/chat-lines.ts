import type { Interface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { TerminalStreams } from './screen.ts';

interface ChatLinesOptions {
  complete(line: string): [string[], string];
  /** The newest first. */
  readonly history: readonly string[];
}

/** Tells a terminal to put marks around what is pasted. */
const PASTE_MARKS_ON = '\u001b[?2004h';
const PASTE_MARKS_OFF = '\u001b[?2004l';

/**
 * What a person types, an entry at a time. The keyboard is held only while one is awaited: between two it belongs to the run. A line that
 * ends in `\` goes on in the next, and what is pasted is one entry, whatever lines it has.
 */
export class ChatLines {
  readonly #streams: TerminalStreams;
  readonly #keyboard: ReadStream | null;
  readonly #options: ChatLinesOptions;
  #history: string[];
  /** Lines of a pipe that are not awaited yet; null at its end. */
  #piped: AsyncIterator<string> | null = null;

  constructor(streams: TerminalStreams, keyboard: ReadStream | null, options: ChatLinesOptions) {
    this.#streams = streams;
    this.#keyboard = keyboard;
    this.#options = options;
    this.#history = [...options.history];
  }

  /** The next entry; null when there is none any more (Ctrl-D, the end of a pipe). */
  async next(prompt: string): Promise<string | null> {
    if (this.#streams.stdin.isTTY !== true) return this.#nextPiped();
    const entry = await this.#typed(prompt);
    if (entry !== null && entry.trim() !== '' && !entry.includes('\n')) {
      this.#history = [entry, ...this.#history.filter((each) => each !== entry)].slice(0, 200);
    }
    return entry;
  }

  async #nextPiped(): Promise<string | null> {
    if (this.#piped === null) {
      const { createInterface } = await import('node:readline');
      this.#piped = createInterface({ input: this.#streams.stdin })[Symbol.asyncIterator]();
    }
    const entry: string[] = [];
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- whether the next line belongs to the entry is known only when this one has come
      const { value, done } = await this.#piped.next();
      if (done) return entry.length > 0 ? entry.join('\n') : null;
      if (!value.endsWith('\\')) return [...entry, value].join('\n');
      entry.push(value.slice(0, -1));
    }
  }

  async #typed(prompt: string): Promise<string | null> {
    const { createInterface } = await import('node:readline');
    const input = this.#keyboard ?? this.#streams.stdin;
    const output = this.#streams.stderr;
    const lines = createInterface({
      input,
      output,
      prompt,
      history: [...this.#history],
      historySize: 200,
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#options.complete(line),
      tabSize: 2,
    });
    output.write(PASTE_MARKS_ON);
    try {
      return await entryOf(lines, input, prompt);
    } finally {
      output.write(PASTE_MARKS_OFF);
      lines.close();
      input.pause();
    }
  }
}

function entryOf(lines: Interface, input: ReadStream, prompt: string): Promise<string | null> {
  return new Promise((resolve) => {
    const entry: string[] = [];
    let isPasting = false;
    const onKey = (_: string | undefined, key: { readonly name?: string } | undefined) => {
      if (key?.name === 'paste-start') isPasting = true;
      if (key?.name === 'paste-end') isPasting = false;
    };
    const end = (value: string | null) => {
      input.off('keypress', onKey);
      resolve(value);
    };
    const goOn = () => {
      lines.setPrompt('… ');
      lines.prompt();
    };
    input.prependListener('keypress', onKey);
    lines.on('line', (line) => {
      if (isPasting || line.endsWith('\\')) {
        entry.push(isPasting ? line : line.slice(0, -1));
        return goOn();
      }
      return end([...entry, line].join('\n'));
    });
    lines.on('SIGINT', () => {
      // What was being written is given up; with nothing written it ends.
      if (lines.line === '' && entry.length === 0) return end(null);
      entry.length = 0;
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
      lines.setPrompt(prompt);
      return lines.prompt();
    });
    lines.once('close', () => end(null));
    lines.prompt();
  });
}
