import type { Glasshouse } from '../contract/glasshouse.ts';
import { DEFAULT_AGENT } from '../core/models/agent-profile.ts';
import { FailureError } from '../core/models/failure.ts';
import { textOf } from '../core/models/message.ts';
import { DEFAULT_BUDGET } from '../core/models/run.ts';
import { visible } from '../core/models/visible.ts';
import type { ChatArguments } from './command.ts';
import { COMMANDS, completed, parseSlash, type Slash } from './chat-commands.ts';
import { ChatLines } from './chat-lines.ts';
import { HIT_ENDS, HIT_STARTS } from './conversations.ts';
import { showFailure } from './fail.ts';
import { destination } from './figures.ts';
import { RunSession, type RunEnvironment } from './run-session.ts';
import { agentOf, conversationOf } from './run.ts';
import { fit, Screen } from './screen.ts';

/** What was said last that is shown when a conversation is gone on with; messages. */
const RECALLED = 4;
const LISTED = 12;

/** `glasshouse chat`: says, shows, asks, and again, until the person ends it. @returns the exit code */
export async function chatCommand(app: Glasshouse, args: ChatArguments, environment: RunEnvironment): Promise<number> {
  const screen = new Screen(environment.streams);
  const chat = new Chat(app, args, environment, screen);
  try {
    return await chat.talk(await conversationOf(app, args, environment.workspace));
  } finally {
    environment.keyboard?.destroy();
  }
}

class Chat {
  readonly #app: Glasshouse;
  readonly #environment: RunEnvironment;
  readonly #screen: Screen;
  #model: string | null;
  /** Name of the agent of a new conversation. */
  #agent: string | null;
  #isPlan: boolean;
  /** The mode goes with the next message, where it was changed. */
  #isModeNew: boolean;
  #conversationId: string | null = null;

  constructor(app: Glasshouse, args: ChatArguments, environment: RunEnvironment, screen: Screen) {
    this.#app = app;
    this.#environment = environment;
    this.#screen = screen;
    this.#model = args.model;
    this.#agent = args.agent;
    this.#isPlan = args.plan;
    this.#isModeNew = args.plan;
  }

  async talk(conversationId: string | null): Promise<number> {
    await this.#greet();
    if (conversationId !== null) await this.#open(conversationId);
    const lines = new ChatLines(this.#environment.streams, this.#environment.keyboard, {
      complete: (line) => completed(line),
      history: await this.#said(),
    });
    for (;;) {
      const text = await lines.next(this.#isPlan ? 'plan › ' : '› ');
      if (text === null) break;
      if (text.trim() === '') continue;
      const slash = parseSlash(text);
      try {
        if (slash === null) await this.#send(text);
        else if (slash.name === 'exit') break;
        else await this.#obey(slash);
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        showFailure(this.#screen, error.failure);
      }
    }
    return 0;
  }

  async #greet(): Promise<void> {
    const model = await this.#chosen();
    const listed = (await this.#app.models()).find((each) => each.id === model);
    const where = listed ? ` · ${destination(listed.destination)}` : '';
    this.#screen.line(`${this.#screen.style('bold', 'Glasshouse')} ${this.#dim(`${model}${where} · ${this.#environment.workspace}`)}`);
    const { state, file } = await this.#app.instructions(this.#environment.workspace);
    if (file !== null && state !== 'approved')
      this.#screen.line(this.#dim(`${file.file} of this folder is not told to the model: glasshouse instructions shows and approves it`));
    this.#screen.line(this.#dim('/help shows what can be typed; a line that ends in \\ goes on; Ctrl-C stops, Ctrl-D ends'));
  }

  async #chosen(): Promise<string> {
    return this.#model ?? (await this.#app.modelOf(await this.#agentId()));
  }

  #agentId(): Promise<string | undefined> {
    return agentOf(this.#app, this.#agent, this.#conversationId);
  }

  async #send(text: string): Promise<void> {
    const model = await this.#chosen();
    const agentId = await this.#agentId();
    await this.#follow(() =>
      this.#app.send({
        commandId: this.#environment.newId(),
        ...(this.#conversationId === null ? {} : { conversationId: this.#conversationId }),
        workspace: this.#environment.workspace,
        ...(agentId === undefined ? {} : { agentId }),
        text,
        attachments: [],
        model,
        budget: DEFAULT_BUDGET,
        ...(this.#isModeNew ? { mode: this.#isPlan ? ('plan' as const) : ('ask' as const) } : {}),
      }),
    );
    this.#isModeNew = false;
    // An approved plan ends the planning.
    if (this.#conversationId !== null) this.#isPlan = (await this.#app.snapshot(this.#conversationId))?.mode === 'plan';
  }

  /** Shows a run to its end. */
  async #follow(begin: () => ReturnType<Glasshouse['send']>): Promise<void> {
    const session = new RunSession(this.#app, { json: false }, this.#environment, this.#screen);
    const unsubscribe = this.#app.subscribe((published) => session.take(published));
    const stopListening = this.#environment.onInterrupt(() => session.interrupt());
    try {
      const sent = await begin();
      if (!sent.ok) throw new FailureError(sent.failure.code, sent.failure.message);
      this.#conversationId = sent.value.conversationId;
      await session.finished(sent.value.runId);
      this.#screen.endAnswer();
      this.#screen.line('');
    } finally {
      unsubscribe();
      stopListening();
    }
  }

  async #obey({ name, rest }: Slash): Promise<void> {
    switch (name) {
      case 'help':
        for (const [command, about] of COMMANDS) this.#screen.line(`  ${command.padEnd(22)} ${this.#dim(about)}`);
        return;
      case 'new':
        this.#conversationId = null;
        return this.#note('A new conversation.');
      case 'open':
        return this.#openNamed(rest);
      case 'conversations':
        return this.#list();
      case 'search':
        return this.#search(rest);
      case 'agent':
        return this.#chooseAgent(rest);
      case 'model':
        return this.#chooseModel(rest);
      case 'plan':
        return this.#plan(rest);
      case 'edit':
        return this.#runAgain(rest);
      case 'again':
        return this.#runAgain(null);
      case 'resume':
        if (this.#conversationId === null) return this.#note('There is nothing to go on with here. See /conversations.');
        return this.#follow(() => this.#app.resume(this.#conversationId ?? ''));
      case 'exit':
        return;
      case 'unknown':
        return this.#note(`There is no ${rest}. /help shows what there is; to say it, put a space before it.`);
    }
  }

  /** @param words the last message in other words; null: the same once more */
  async #runAgain(words: string | null): Promise<void> {
    if (words === '') return this.#note('Say how: /edit WORDS. The up arrow brings back what you said.');
    const conversationId = this.#conversationId;
    const messages = conversationId === null ? [] : ((await this.#app.snapshot(conversationId))?.messages ?? []);
    const last = messages.findLast((message) => message.role === 'person');
    if (conversationId === null || !last) return this.#note('Nothing was said here yet.');
    const command = {
      commandId: this.#environment.newId(),
      conversationId,
      messageId: last.id,
      model: await this.#chosen(),
      budget: DEFAULT_BUDGET,
    };
    return this.#follow(() => (words === null ? this.#app.answerAgain(command) : this.#app.editMessage({ ...command, text: words })));
  }

  async #openNamed(id: string): Promise<void> {
    if (id === '') return this.#note('Say which: /open ID. See /conversations.');
    const found = await this.#app.findConversation(id);
    if (!found.ok) throw new FailureError(found.failure.code, found.failure.message);
    if (found.value.workspace !== this.#environment.workspace) {
      return this.#note(`It works in ${visible(found.value.workspace)}. Begin there: glasshouse chat -w DIR --conversation ${id}`);
    }
    await this.#open(found.value.id);
  }

  async #open(id: string): Promise<void> {
    const [snapshot, found] = await Promise.all([this.#app.snapshot(id), this.#app.findConversation(id)]);
    if (!snapshot || !found.ok) return;
    this.#conversationId = id;
    this.#isPlan = snapshot.mode === 'plan';
    this.#isModeNew = false;
    this.#screen.line(this.#screen.style('bold', visible(found.value.title || 'New conversation')));
    const said = snapshot.messages.filter((message) => textOf(message).trim() !== '');
    const hidden = said.length - RECALLED;
    if (hidden > 0) this.#note(`… ${hidden} earlier ${hidden === 1 ? 'message' : 'messages'}`);
    for (const message of said.slice(-RECALLED)) {
      const sign = message.role === 'person' ? '›' : ' ';
      const lines = visible(textOf(message)).trim().split('\n');
      for (const [index, line] of lines.slice(0, 6).entries()) this.#note(`${index === 0 ? sign : ' '} ${line}`);
      if (lines.length > 6) this.#note('  …');
    }
    if (snapshot.runState?.name === 'suspended') this.#note('Its last run was interrupted: /resume lets it go on.');
  }

  async #list(): Promise<void> {
    const conversations = (await this.#app.conversations({ limit: 200, place: 'list' })).filter(
      (each) => each.workspace === this.#environment.workspace,
    );
    if (conversations.length === 0) return this.#note('There is none in this folder yet.');
    for (const each of conversations.slice(0, LISTED)) {
      this.#note(`${each.id.slice(0, 13)}  ${fit(visible(each.title), this.#screen.width - 20)}`);
    }
  }

  async #search(words: string): Promise<void> {
    if (words === '') return this.#note('Say what to search for: /search WORDS');
    const { hits, notes } = await this.#app.search(words, { limit: LISTED });
    for (const note of notes) this.#note(visible(note));
    if (hits.length === 0) return this.#note('Nothing found.');
    for (const hit of hits) {
      this.#note(`${hit.conversationId.slice(0, 13)}  ${fit(visible(hit.conversationTitle), this.#screen.width - 20)}`);
      this.#note(`    ${fit(visible(hit.excerpt.replaceAll(HIT_STARTS, '').replaceAll(HIT_ENDS, '')), this.#screen.width - 8)}`);
    }
  }

  async #chooseModel(wanted: string): Promise<void> {
    const models = await this.#app.models();
    if (wanted === '') {
      const chosen = await this.#chosen();
      for (const each of models.filter(({ ready }) => ready)) {
        this.#screen.line(`${each.id === chosen ? '●' : ' '} ${each.id.padEnd(40)} ${this.#dim(destination(each.destination))}`);
      }
      return this.#note('/model NAME takes another one for what comes next.');
    }
    const found = models.filter((each) => each.id === wanted || each.id.endsWith(`/${wanted}`));
    if (!found[0] && !wanted.includes('/')) return this.#note(`There is no model ${visible(wanted)} here. /model shows which there are.`);
    // One that no list names may be there all the same: it is asked, and says so if it is not.
    this.#model = found[0]?.id ?? wanted;
    const where = found[0] ? ` · ${destination(found[0].destination)}` : '';
    this.#note(`${this.#model}${where}`);
  }

  async #chooseAgent(wanted: string): Promise<void> {
    if (wanted === '') {
      const agents = await this.#app.agents();
      const chosen = await this.#agentId();
      this.#screen.line(`${chosen === undefined ? '●' : ' '} default`);
      for (const { id, name, about, isApproved } of agents)
        this.#screen.line(
          `${id === chosen ? '●' : ' '} ${visible(name).padEnd(24)} ${this.#dim(visible(isApproved ? about : 'not approved'))}`,
        );
      return this.#note('/agent NAME begins a new conversation with another one.');
    }
    if (wanted !== DEFAULT_AGENT) {
      const found = await this.#app.findAgent(wanted);
      if (!found.ok) throw new FailureError(found.failure.code, found.failure.message);
    }
    this.#agent = wanted;
    this.#conversationId = null;
    this.#note(`A new conversation with ${visible(wanted)} · ${await this.#chosen()}`);
  }

  #plan(wanted: string): void {
    this.#isPlan = wanted === '' ? !this.#isPlan : wanted === 'on';
    this.#isModeNew = true;
    this.#note(this.#isPlan ? 'Plan first: only looking until you have approved the plan.' : 'No plan first.');
  }

  /** What the person said in the conversation, the newest first. */
  async #said(): Promise<readonly string[]> {
    const snapshot = this.#conversationId === null ? null : await this.#app.snapshot(this.#conversationId);
    const said = (snapshot?.messages ?? []).filter(({ role }) => role === 'person').map((message) => textOf(message));
    return said.filter((text) => text !== '' && !text.includes('\n')).toReversed();
  }

  #note(text: string): void {
    this.#screen.line(this.#dim(`  ${text}`));
  }

  #dim(text: string): string {
    return this.#screen.style('dim', text);
  }
}
