import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Interaction, InteractionAnswer, InteractionPrompt } from '../core/models/interaction.ts';
import type { Preview } from '../core/models/tool-call.ts';
import { wrap, type Screen, type TerminalStreams } from './screen.ts';
import { visible } from '../core/models/visible.ts';

/** Rows of the terminal that an approval leaves for its question, reasons and keys; `m` shows what does not fit above them. */
const ROWS_AROUND = 9;
const FEWEST_LINES = 8;
/** How long keys that were typed before the question are waited for; milliseconds. */
const TYPED_AHEAD = 80;
/** In raw mode Ctrl-C is a character. */
const CTRL_C = 3;

type Approval = Extract<InteractionPrompt, { kind: 'approval' }>;

/** The keyboard of the person, also when stdin is a pipe. Null: there is nobody. */
export function openKeyboard(streams: TerminalStreams): ReadStream | null {
  if (streams.stderr.isTTY !== true) return null;
  if (streams.stdin.isTTY === true) return streams.stdin;
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return null;
  }
}

/** Asks the person at the keyboard; one question at a time, in the order in which they came. */
export class Asker {
  readonly #screen: Screen;
  readonly #keyboard: ReadStream;
  readonly #interrupt: () => void;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param interrupt what Ctrl-C does while a question is open */
  constructor(screen: Screen, keyboard: ReadStream, interrupt: () => void) {
    this.#screen = screen;
    this.#keyboard = keyboard;
    this.#interrupt = interrupt;
  }

  /** Resolves with the answer; with null when the signal is aborted first. */
  ask(interaction: Interaction, signal: AbortSignal): Promise<InteractionAnswer | null> {
    const answer = this.#queue.then(() => (signal.aborted ? null : this.#answerTo(interaction.prompt, signal)));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async #answerTo(prompt: InteractionPrompt, signal: AbortSignal): Promise<InteractionAnswer | null> {
    switch (prompt.kind) {
      case 'approval':
        return this.#approve(prompt, signal);
      case 'question':
        return this.#question(prompt, signal);
      case 'plan_approval':
        this.#screen.line(this.#heading('Carry out this plan?'));
        return this.#yesOrNo('[y] yes   [n] no   [r] change it…', signal);
      case 'loop':
        this.#screen.line(this.#heading(prompt.question));
        return this.#yesOrNo('[y] yes   [n] no', signal);
    }
  }

  async #approve(prompt: Approval, signal: AbortSignal): Promise<InteractionAnswer | null> {
    this.#screen.line(this.#heading(prompt.title));
    const lines = previewLines(prompt.preview).flatMap((line) => this.#fitted(line, (piece) => this.#coloured(line, piece)));
    const room = Math.max(FEWEST_LINES, this.#screen.rows - ROWS_AROUND);
    for (const line of lines.slice(0, room)) this.#screen.line(line);
    const hidden = lines.length - room;
    if (hidden > 0) this.#tell(`… ${hidden} more lines: press m to see them`);
    for (const reason of prompt.reasons) this.#tell(reason, 'yellow');
    await this.#dropTypedAhead();
    this.#tell('[y] allow once   [n] deny   [r] deny with a reason…');
    if (prompt.pattern !== undefined) this.#tell(`[c] for this conversation   [a] always in this workspace: ${prompt.pattern}`);
    while (true) {
      const key = await this.#key(signal);
      if (key === null) return null;
      if (key === 'm' && hidden > 0) for (const line of lines.slice(room)) this.#screen.line(line);
      if (key === 'y') return { kind: 'allow' };
      if (prompt.pattern !== undefined && (key === 'c' || key === 'a')) {
        return { kind: 'allow', remember: { scope: key === 'c' ? 'conversation' : 'workspace', pattern: prompt.pattern } };
      }
      if (key === 'n') return { kind: 'deny' };
      if (key === 'r') {
        const reason = await this.#line('    why: ', signal);
        return reason === null ? null : { kind: 'deny', ...(reason ? { reason } : {}) };
      }
    }
  }

  async #question(prompt: Extract<InteractionPrompt, { kind: 'question' }>, signal: AbortSignal): Promise<InteractionAnswer | null> {
    this.#screen.line(this.#heading(prompt.question));
    prompt.choices.forEach((choice, index) => this.#tell(`${index + 1}. ${choice}`));
    await this.#dropTypedAhead();
    const said = await this.#line('    > ', signal);
    if (said === null) return null;
    const chosen = prompt.choices[Number(said) - 1];
    return { kind: 'reply', text: chosen ?? said };
  }

  async #yesOrNo(keys: string, signal: AbortSignal): Promise<InteractionAnswer | null> {
    await this.#dropTypedAhead();
    this.#tell(keys);
    while (true) {
      const key = await this.#key(signal);
      if (key === null) return null;
      if (key === 'y') return { kind: 'allow' };
      if (key === 'n') return { kind: 'deny' };
      if (key === 'r' && keys.includes('[r]')) {
        const reason = await this.#line('    how: ', signal);
        return reason === null ? null : { kind: 'deny', ...(reason ? { reason } : {}) };
      }
    }
  }

  #heading(text: string): string {
    return `${this.#screen.style('yellow', '█')} ${this.#screen.style('bold', visible(text))}`;
  }

  #bar(): string {
    return this.#screen.style('yellow', '│');
  }

  /** A line behind the bar, broken so that the bar runs along all of it. */
  #tell(text: string, style: 'yellow' | null = null): void {
    for (const line of this.#fitted(text, (piece) => (style ? this.#screen.style(style, piece) : piece))) this.#screen.line(line);
  }

  #fitted(text: string, paint: (piece: string) => string): readonly string[] {
    return wrap(visible(text), this.#screen.width - 5).map((piece) => `  ${this.#bar()} ${paint(piece)}`);
  }

  /** A piece of a diff's line in the colour of the line. */
  #coloured(line: string, piece: string): string {
    if (line.startsWith('+')) return this.#screen.style('green', piece);
    return line.startsWith('-') ? this.#screen.style('red', piece) : piece;
  }

  /**
   * Takes away what was typed before the question could be read: it is no answer to it. Such keys wait in the terminal and come
   * as soon as it is read from; so it is read from for a moment before the keys are named.
   */
  async #dropTypedAhead(): Promise<void> {
    const drop = (chunk: Buffer) => {
      if (chunk.includes(CTRL_C)) this.#interrupt();
    };
    this.#keyboard.setRawMode(true);
    this.#keyboard.on('data', drop);
    this.#keyboard.resume();
    await new Promise((resolve) => setTimeout(resolve, TYPED_AHEAD));
    this.#keyboard.off('data', drop);
    this.#keyboard.pause();
    this.#keyboard.setRawMode(false);
  }

  /** One key, lower case. Null when the signal is aborted. */
  async #key(signal: AbortSignal): Promise<string | null> {
    this.#keyboard.setRawMode(true);
    try {
      return await this.#next(signal, (chunk) => chunk.toLowerCase().at(0) ?? null);
    } finally {
      this.#keyboard.setRawMode(false);
      this.#keyboard.pause();
    }
  }

  async #line(prompt: string, signal: AbortSignal): Promise<string | null> {
    const { createInterface } = await import('node:readline/promises');
    const line = createInterface({ input: this.#keyboard, output: process.stderr });
    line.on('SIGINT', () => this.#interrupt());
    try {
      return (await line.question(prompt, { signal })).trim();
    } catch {
      return null;
    } finally {
      line.close();
    }
  }

  #next(signal: AbortSignal, take: (chunk: string) => string | null): Promise<string | null> {
    return new Promise((resolve) => {
      const end = (value: string | null) => {
        this.#keyboard.off('data', onData);
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      };
      const onAbort = () => end(null);
      const onData = (chunk: Buffer) => {
        const text = chunk.toString('utf8');
        // In raw mode Ctrl-C is a character.
        if (text.includes('\u0003')) {
          this.#interrupt();
          return;
        }
        const value = take(text);
        if (value !== null) end(value);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#keyboard.on('data', onData);
      this.#keyboard.resume();
    });
  }
}

function previewLines(preview: Preview): readonly string[] {
  switch (preview.kind) {
    case 'command':
      return [
        ...preview.command.split('\n').map((line, index) => `${index === 0 ? '$' : ' '} ${line}`),
        `in ${preview.directory} · ${preview.network ? 'WITH network' : 'no network'} · stops after ${preview.timeoutSeconds} s`,
      ];
    case 'diff':
      return [preview.creates ? `new file ${preview.path}` : preview.path, ...preview.diff.split('\n')];
    case 'text':
      return preview.text.split('\n');
  }
}
