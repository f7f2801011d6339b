import type { Glasshouse, PublishedEvent } from '../contract/glasshouse.ts';
import type { Interaction } from '../core/models/interaction.ts';
import { exitCodeFor, type Failure } from '../core/models/failure.ts';
import type { AnswerForm } from './answer-form.ts';
import type { Asker } from './ask.ts';
import { eventLine } from './event-line.ts';
import { showFailure } from './fail.ts';
import { RunView } from './run-view.ts';
import type { Screen, TerminalStreams } from './screen.ts';

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

/** One run as it is shown in a terminal: its events, the questions that it asks, what Ctrl-C does. */
export class RunSession {
  readonly #app: Glasshouse;
  readonly #json: boolean;
  readonly #form: AnswerForm | null;
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

  constructor(
    app: Glasshouse,
    { json, form = null }: { readonly json: boolean; readonly form?: AnswerForm | null },
    environment: RunEnvironment,
    screen: Screen,
  ) {
    this.#app = app;
    this.#json = json;
    this.#form = form;
    this.#environment = environment;
    this.#screen = screen;
    this.#view = new RunView(screen, environment.now, form !== null);
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
    if (this.#form && !this.#json) {
      const read = this.#form.read(this.#view.lastAnswer);
      if (!read.ok) {
        showFailure(this.#screen, read.failure);
        return exitCodeFor(read.failure.code);
      }
      this.#environment.streams.stdout.write(`${JSON.stringify(read.value)}\n`);
    }
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
