import { styleText } from 'node:util';
import { harmless } from './harmless.ts';

/** The streams of a terminal session, injected. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

type Style = Parameters<typeof styleText>[0];

/** Times a second that the status line is drawn anew at most. */
const REDRAW = 10;

/**
 * Words on stdout, everything about them on stderr, and on a terminal one status line that is always the last.
 * In a pipe there is no status line, no colour and no cursor.
 */
export class Screen {
  readonly #streams: TerminalStreams;
  readonly isLive: boolean;
  #status: (() => string) | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #isDrawn = false;
  /** Whether the answer on stdout stands in the middle of a line. */
  #isMidLine = false;

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
    this.isLive = streams.stderr.isTTY === true;
    streams.stdout.on('error', ignoreClosedPipe);
    streams.stderr.on('error', ignoreClosedPipe);
  }

  get width(): number {
    return Math.max(40, Math.min(this.#streams.stderr.columns ?? 80, 120));
  }

  /** Rows of the terminal; 24 where it does not say. */
  get rows(): number {
    return this.#streams.stderr.rows ?? 24;
  }

  style(style: Style, text: string): string {
    return this.isLive ? styleText(style, text, { stream: this.#streams.stderr }) : text;
  }

  /** Words of the answer, as they come. */
  answer(text: string): void {
    if (!text) return;
    this.#erase();
    const isTerminal = this.#streams.stdout.isTTY === true;
    this.#streams.stdout.write(isTerminal ? harmless(text) : text);
    this.#isMidLine = !text.endsWith('\n');
    // On a terminal the status line would stand in the middle of the answer.
    if (!isTerminal || !this.#isMidLine) this.#draw();
  }

  /** Ends the line of the answer, where one is open. */
  endAnswer(): void {
    if (!this.#isMidLine) return;
    this.#erase();
    this.#streams.stdout.write('\n');
    this.#isMidLine = false;
    this.#draw();
  }

  /** A line about the work. */
  line(text: string): void {
    this.#erase();
    if (this.#isMidLine && this.#streams.stdout.isTTY === true) {
      this.#streams.stdout.write('\n');
      this.#isMidLine = false;
    }
    this.#streams.stderr.write(`${text}\n`);
    this.#draw();
  }

  /** Sets what the status line says, until it is set again; null takes it away. Drawn anew so that times run. */
  status(words: (() => string) | null): void {
    this.#status = words;
    if (!this.isLive) return;
    if (words && !this.#timer) {
      this.#timer = setInterval(() => {
        this.#erase();
        this.#draw();
      }, 1000 / REDRAW);
      this.#timer.unref();
    }
    if (!words && this.#timer) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    this.#erase();
    this.#draw();
  }

  #draw(): void {
    if (!this.isLive || !this.#status || (this.#isMidLine && this.#streams.stdout.isTTY === true)) return;
    this.#streams.stderr.write(this.#status());
    this.#isDrawn = true;
  }

  #erase(): void {
    if (!this.#isDrawn) return;
    this.#streams.stderr.write('\r\u001b[2K');
    this.#isDrawn = false;
  }
}

/** A reader that went away (`| head`) is no error of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** A line as lines of at most `width` characters, broken at spaces where there are any near. */
export function wrap(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > width / 2 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(space > width / 2 ? end + 1 : end);
  }
  return [...lines, rest];
}

/** Cuts a line to a width, in characters. */
export function fit(text: string, width: number): string {
  const line = text.replaceAll('\n', ' ⏎ ');
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
