import { fstatSync } from 'node:fs';
import type { Glasshouse, PublishedEvent } from '../contract/glasshouse.ts';
import type { Interaction } from '../core/models/interaction.ts';
import { exitCodeFor, FailureError, type Failure } from '../core/models/failure.ts';
import { DEFAULT_BUDGET } from '../core/models/run.ts';
import type { RunArguments } from './arguments.ts';
import { usage } from './arguments.ts';
import type { Asker } from './ask.ts';
import { eventLine } from './event-line.ts';
import { showFailure } from './fail.ts';
import { RunView } from './run-view.ts';
import { Screen, type TerminalStreams } from './screen.ts';

/** What is read from a pipe at most; characters. */
const STDIN_LIMIT = 200_000;
/** How long to wait for the first byte of a pipe when there is a prompt too; milliseconds. */
const STDIN_WAIT = 1_000;

export interface RunEnvironment {
  readonly streams: TerminalStreams;
  /** The keyboard, opened; null when nobody can be asked. */
  readonly keyboard: import('node:tty').ReadStream | null;
  /** Real absolute path of the workspace. */
  readonly workspace: string;
  newId(): string;
  now(): number;
  /** Listens for Ctrl-C and the like. @returns what stops listening */
  onInterrupt(listener: () => void): () => void;
}

/**
 * `glasshouse run`: sends the prompt, shows the run, answers its questions.
 * @returns the exit code
 */
export async function runCommand(app: Glasshouse, args: RunArguments, environment: RunEnvironment): Promise<number> {
  const screen = new Screen(environment.streams);
  const piped = await readPiped(environment.streams, args.prompt !== '', screen);
  const conversationId = await conversationOf(app, args, environment.workspace);
  const text = args.prompt || piped;
  const attachments = args.prompt && piped ? [{ name: 'standard input', text: piped, trust: 'untrusted' as const }] : [];
  if (!text && conversationId === null) throw usage('Say what to do: glasshouse run "PROMPT"');

  const session = new RunSession(app, args, environment, screen);
  const unsubscribe = app.subscribe((published) => session.take(published));
  const stopListening = environment.onInterrupt(() => session.interrupt());
  try {
    const model = args.model ?? (await app.defaultModel());
    const sent =
      text === '' && conversationId !== null
        ? await app.resume(conversationId)
        : await app.send({
            commandId: environment.newId(),
            ...(conversationId === null ? {} : { conversationId }),
            workspace: environment.workspace,
            text,
            attachments,
            model,
            budget: { ...DEFAULT_BUDGET, ...(args.maxSteps === null ? {} : { maxSteps: args.maxSteps }) },
            ...(args.plan ? { mode: 'plan' as const } : {}),
          });
    if (!sent.ok) throw new FailureError(sent.failure.code, sent.failure.message);
    return await session.finished(sent.value.runId);
  } finally {
    unsubscribe();
    stopListening();
    environment.keyboard?.destroy();
  }
}

class RunSession {
  readonly #app: Glasshouse;
  readonly #json: boolean;
  readonly #environment: RunEnvironment;
  readonly #screen: Screen;
  readonly #view: RunView;
  readonly #over = new AbortController();
  readonly #events: PublishedEvent[] = [];
  #asker: Promise<Asker> | null = null;
  #runId: string | null = null;
  #interrupts = 0;
  #denied = false;
  #finish: (code: number) => void = () => {};

  constructor(app: Glasshouse, args: RunArguments, environment: RunEnvironment, screen: Screen) {
    this.#app = app;
    this.#json = args.json;
    this.#environment = environment;
    this.#screen = screen;
    this.#view = new RunView(screen, environment.now);
  }

  take(published: PublishedEvent): void {
    // The first events come before the command has answered which run is ours.
    if (this.#runId === null) this.#events.push(published);
    else if (published.runId === this.#runId) this.#show(published);
  }

  finished(runId: string): Promise<number> {
    this.#runId = runId;
    const code = new Promise<number>((resolve) => {
      this.#finish = resolve;
    });
    for (const published of this.#events.splice(0)) if (published.runId === runId) this.#show(published);
    return code;
  }

  interrupt(): void {
    this.#interrupts += 1;
    if (this.#interrupts > 1) process.exit(130);
    if (this.#runId === null || !this.#app.stop(this.#runId)) process.exit(130);
  }

  #show(published: PublishedEvent): void {
    const { event } = published;
    if (this.#json) this.#environment.streams.stdout.write(`${eventLine(published)}\n`);
    else this.#view.show(event);
    if (event.type === 'interaction_requested') void this.#ask(event.interaction);
    // A call that was refused for being the same again lacked no permission.
    if (event.type === 'tool_call_ended' && event.call.state === 'denied' && event.call.failure?.code !== 'tool_repeated')
      this.#denied = true;
    if (event.type !== 'run_completed') return;
    this.#over.abort();
    this.#finish(this.#exitCode(event.state.name, event.failure));
  }

  #exitCode(state: string, failure: Failure | undefined): number {
    if (failure) {
      if (!this.#json) showFailure(this.#screen, failure);
      return exitCodeFor(failure.code);
    }
    if (state === 'cancelled') return 130;
    // Nobody could be asked, and something was not done for it: a script must notice.
    return this.#denied && this.#environment.keyboard === null ? 4 : 0;
  }

  async #ask(interaction: Interaction): Promise<void> {
    const { keyboard } = this.#environment;
    if (!keyboard) return;
    this.#screen.status(null);
    this.#asker ??= import('./ask.ts').then(({ Asker }) => new Asker(this.#screen, keyboard, () => this.interrupt()));
    const answer = await (await this.#asker).ask(interaction, this.#over.signal);
    if (answer) this.#app.answer(interaction.id, answer);
  }
}

async function conversationOf(app: Glasshouse, args: RunArguments, workspace: string): Promise<string | null> {
  if (args.conversation !== null) {
    const found = await app.findConversation(args.conversation);
    if (!found.ok) throw new FailureError(found.failure.code, found.failure.message);
    return found.value.id;
  }
  if (!args.continues) return null;
  const latest = await app.latestConversation(workspace);
  if (!latest) throw new FailureError('conversation_not_found', `There is no conversation in ${workspace} yet.`);
  return latest.id;
}

/** What stands on standard input when it is a file or a pipe; nothing when it is a terminal or closed. */
async function readPiped(streams: TerminalStreams, hasPrompt: boolean, screen: Screen): Promise<string> {
  if (!isPipeOrFile()) return '';
  const { stdin } = streams;
  const chunks: Buffer[] = [];
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<'silent'>((resolve) => {
    if (hasPrompt) timer = setTimeout(() => resolve('silent'), STDIN_WAIT);
  });
  const reading = (async () => {
    for await (const chunk of stdin) {
      clearTimeout(timer);
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > STDIN_LIMIT * 4) break;
    }
    return 'read' as const;
  })();
  if ((await Promise.race([reading, waited])) === 'silent' && size === 0) {
    screen.line('  Standard input is open but says nothing; going on without it.');
    stdin.unref();
    return '';
  }
  await reading;
  clearTimeout(timer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.includes('\u0000')) throw usage('Standard input is not text. Put the file into the workspace and name it instead.');
  if (text.length <= STDIN_LIMIT) return text.trim();
  throw usage(
    `Standard input has more than ${STDIN_LIMIT.toLocaleString('en-US')} characters. Put it into a file in the workspace and name it instead.`,
  );
}

function isPipeOrFile(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}
