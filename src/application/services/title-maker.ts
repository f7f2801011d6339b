import type { AgentEvent, StepStart } from '../../core/agent/agent-event.ts';
import { titleRequest, titleFromAnswer } from '../../core/reasoning/title.ts';
import { askModel, usageOrEstimate } from '../../core/reasoning/reasoning-engine.ts';
import type { LanguageModel } from '../../core/reasoning/language-model.ts';
import { FailureError, type Failure } from '../../core/models/failure.ts';
import type { RecordedRun } from '../../core/models/records.ts';
import { costOf } from '../../core/models/usage.ts';
import type { ConversationEditor } from '../ports/conversation-editor.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';
import type { Journal } from '../ports/journal.ts';
import type { ModelCatalog } from '../ports/model-catalog.ts';
import type { SystemPort } from '../ports/system.ts';
import type { EventFeed, PublishedEvent } from './event-feed.ts';

/** How long a title may take in all; milliseconds. */
const LONGEST = 60_000;
/** After the end of a run, for what follows at once (a queued message) to be at work before us; milliseconds. */
const AFTER_RUN = 400;
/** Conversations that wait for the machine to be idle; what comes beyond keeps its first words. */
const MOST_WAITING = 20;
/** For the estimate of tokens where a provider counts none. */
const BYTES_PER_TOKEN = 4;

export interface TitleMakerDeps {
  readonly feed: EventFeed;
  readonly journal: Journal;
  readonly reader: ConversationReader;
  readonly editor: ConversationEditor;
  readonly catalog: Pick<ModelCatalog, 'open'>;
  readonly system: SystemPort;
  /** Whether the person wants titles to be made. */
  isWanted(): Promise<boolean>;
  /** Whether the model works on this machine, where it would take the processor from a run. */
  isOnThisMachine(model: string): boolean;
  /** Whether no run is at work. */
  isIdle(): boolean;
  /** Called when a conversation has got its title. */
  onTitled(): void;
}

/**
 * Gives a conversation a title after its first answer, in the background: one request to the model that answered, booked and kept like all
 * others. A title of the person's is never touched. A model on this machine is asked only while no run is at work, and stopped when one
 * begins. What fails is told to the log alone: the first words stay.
 */
export class TitleMaker {
  readonly #deps: TitleMakerDeps;
  readonly #waiting: string[] = [];
  readonly #ended = new AbortController();
  readonly #unsubscribe: () => void;
  #current: { readonly stop: AbortController; readonly yieldsToRuns: boolean } | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(deps: TitleMakerDeps) {
    this.#deps = deps;
    this.#unsubscribe = deps.feed.subscribe((published) => this.#take(published));
  }

  /** Stops what is at work. Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#ended.abort();
    this.#current?.stop.abort();
    await this.#work;
  }

  #take({ conversationId, event }: PublishedEvent): void {
    if (event.type === 'input_accepted' && event.run && this.#current?.yieldsToRuns) this.#current.stop.abort();
    if (event.type !== 'run_completed') return;
    const isNew = event.state.name === 'completed' && !this.#waiting.includes(conversationId);
    if (isNew && this.#waiting.length < MOST_WAITING) this.#waiting.push(conversationId);
    if (this.#waiting.length === 0) return;
    this.#work = this.#work.then(() => this.#drain()).catch((error: unknown) => this.#deps.system.reportBug(error));
  }

  async #drain(): Promise<void> {
    await this.#deps.system.sleep(AFTER_RUN, this.#ended.signal);
    for (const conversationId of this.#waiting.slice()) {
      if (this.#ended.signal.aborted) return;
      const run = await this.#runToName(conversationId);
      const yieldsToRuns = run !== null && this.#deps.isOnThisMachine(run.model);
      // It waits for the next end of a run.
      if (yieldsToRuns && !this.#deps.isIdle()) continue;
      this.#waiting.splice(this.#waiting.indexOf(conversationId), 1);
      if (run) await this.#name(run, yieldsToRuns);
    }
  }

  async #runToName(conversationId: string): Promise<RecordedRun | null> {
    if (!(await this.#deps.isWanted()) || !(await this.#deps.reader.wantsTitle(conversationId))) return null;
    const [run] = await this.#deps.reader.runs(conversationId);
    return run ?? null;
  }

  async #name(run: RecordedRun, yieldsToRuns: boolean): Promise<void> {
    const stop = new AbortController();
    this.#current = { stop, yieldsToRuns };
    const timeUp = this.#deps.system.sleep(LONGEST, stop.signal).then(() => stop.abort());
    try {
      const problem = await this.#ask(run, stop.signal);
      if (problem && !this.#ended.signal.aborted) this.#report(run, problem);
    } catch (error) {
      // The conversation was deleted meanwhile, or the disk is full: there is nothing to be named, or no room for it.
      if (!(error instanceof FailureError)) throw error;
      this.#report(run, error.failure);
    } finally {
      this.#current = null;
      stop.abort();
      await timeUp;
    }
  }

  /** @returns why there is no title; null: there is one, or the person was quicker */
  async #ask(run: RecordedRun, signal: AbortSignal): Promise<Failure | null> {
    const { catalog, reader, system, editor } = this.#deps;
    const snapshot = await reader.snapshot(run.conversationId);
    const messages = snapshot?.messages ?? [];
    const messageId = messages.findLast((message) => message.role === 'agent')?.id;
    if (messageId === undefined) return null;
    const opened = await catalog.open(run.model, { signal });
    if (!opened.ok) return opened.failure;
    const model = opened.value;
    const request = model.prepare(titleRequest(messages));
    const step: StepStart = {
      id: system.newId(),
      ord: Math.max(0, ...run.steps.map(({ ord }) => ord)) + 1,
      attempt: 1,
      purpose: 'title',
      messageId,
      requestId: system.newId(),
      model: model.profile.id,
      startedAt: system.now(),
    };
    const version = await this.#commit(run, run.version, { type: 'step_started', step, request });
    const bytes = request.spans.reduce((sum, span) => sum + span.text.length, 0);
    const { text, end } = await this.#answerOf(model, request, step, bytes, signal);
    await this.#commit(run, version, end);
    if (end.failure) return end.failure;
    const title = titleFromAnswer(text);
    if (title === null) return { code: 'model_bad_response', message: `${model.profile.id} gave no words for a title.` };
    if (await editor.giveTitle(run.conversationId, title)) this.#deps.onTitled();
    return null;
  }

  async #answerOf(
    model: LanguageModel,
    request: Parameters<LanguageModel['stream']>[0],
    { id: stepId, messageId }: StepStart,
    bytes: number,
    signal: AbortSignal,
  ): Promise<{ text: string; end: Extract<AgentEvent, { type: 'step_completed' }> }> {
    const { system } = this.#deps;
    const input = { stepId, messageId, firstOrd: 0, showsText: false, trust: 'untrusted', newId: system.newId } as const;
    const asking = askModel(model, request, input, signal);
    // Nothing of it is shown: thoughts and progress are passed over.
    let next = await asking.next();
    while (!next.done) next = await asking.next();
    const { text, finish, failure, usage: counted } = next.value;
    const usage = usageOrEstimate(counted, failure && !text ? 0 : Math.ceil(bytes / BYTES_PER_TOKEN), text, BYTES_PER_TOKEN);
    const end = {
      type: 'step_completed',
      stepId,
      usage,
      cost: costOf(usage, model.profile.price),
      finish: finish === 'repeats' ? 'unknown' : finish,
      ...(failure ? { failure } : {}),
      endedAt: system.now(),
    } as const;
    return { text, end };
  }

  /** @returns the run's version after it */
  async #commit(run: RecordedRun, version: number, event: AgentEvent): Promise<number> {
    const committed = await this.#deps.journal.commit(run.id, version, [event], 'agent');
    this.#deps.feed.publish({ seq: committed.seqs[0] ?? null, conversationId: run.conversationId, runId: run.id, event });
    return committed.version;
  }

  #report({ conversationId }: RecordedRun, { code, message }: Failure): void {
    if (code === 'run_cancelled') return;
    this.#deps.system.reportBug(new Error(`No title was made for the conversation ${conversationId}: ${message} (${code})`));
  }
}
