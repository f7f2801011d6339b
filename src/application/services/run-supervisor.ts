import { runAgent } from '../../core/agent/agent.ts';
import type { AgentPorts, FallbackModel, ModelFetch } from '../../core/agent/agent-context.ts';
import type { Actor, AgentEvent } from '../../core/agent/agent-event.ts';
import type { ConversationSnapshot } from '../../core/agent/conversation-fold.ts';
import { FailureError, failure, type Failure, type Result } from '../../core/models/failure.ts';
import type { Interaction, InteractionAnswer } from '../../core/models/interaction.ts';
import type { Agent } from '../../core/models/agent-profile.ts';
import type { Conversation } from '../../core/models/conversation.ts';
import type { Rule } from '../../core/models/rule.ts';
import type { Run } from '../../core/models/run.ts';
import { NO_USAGE } from '../../core/models/usage.ts';
import type { Block } from '../../core/reasoning/language-model.ts';
import { createGuidedStrategy } from '../../core/reasoning/guided-strategy.ts';
import { createNativeStrategy } from '../../core/reasoning/native-strategy.ts';
import { withoutEffect, withOnly, type ToolRegistry } from '../../core/tools/tool-registry.ts';
import { agentAtWork } from '../use-cases/agents.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';
import type { Journal } from '../ports/journal.ts';
import type { FetchProgress, ModelCatalog } from '../ports/model-catalog.ts';
import type { AgentStore, Instances, RuleStore } from '../ports/stores.ts';
import type { SystemPort } from '../ports/system.ts';
import type { EventFeed } from './event-feed.ts';
import { LastSnapshots } from './last-snapshots.ts';
import { isDelta, isMark, Outbox } from './outbox.ts';

export interface RunSupervisorDeps {
  readonly journal: Journal;
  readonly reader: ConversationReader;
  readonly instances: Instances;
  readonly rules: RuleStore;
  readonly agents: Pick<AgentStore, 'get'>;
  readonly catalog: ModelCatalog;
  readonly tools: ToolRegistry;
  readonly feed: EventFeed;
  readonly system: SystemPort;
  /** Rules given from outside for this process, such as `--allow`. */
  readonly configuredRules: readonly Rule[];
  /** Whether anybody can answer an interaction of this run. */
  canAnswer(): boolean;
  /** The model that the person wants runs to go on with where theirs cannot be asked; null: none. */
  fallback(): Promise<Omit<FallbackModel, 'open'> | null>;
  environmentAt(workspace: string, time: number): readonly Block[];
  /** What the person wants of runs in a workspace, and of the agent that works there. */
  instructionsFor(workspace: string, agent: Agent | null): Promise<readonly Block[]>;
}

interface ActiveRun {
  readonly run: Run;
  readonly stop: AbortController;
  readonly done: Promise<void>;
  /** Serialises the commits of the run. */
  commits: Promise<unknown>;
  version: number;
  /** The person stopped it: then what was to follow waits for them too. */
  isStopped: boolean;
  /** What happened while its beginning was not safe yet, in order; null: it is. */
  untold: Told[] | null;
}

type Told = readonly [event: AgentEvent, seq: number | null];

/** What was committed to begin a run, and of that what nobody was told yet. */
interface Begun {
  readonly events: readonly AgentEvent[];
  readonly untold: Told[] | null;
}

interface OpenInteraction {
  readonly interaction: Interaction;
  settle(reply: { answer: InteractionAnswer; by: string } | null): void;
}

/**
 * Works on runs: pulls the agent's events, makes each durable before it asks for the next, and tells of them only then. Words that
 * stream and marks on the way (states, proposals, checks) are held for a moment, to become durable in one transaction with what they lead to.
 * One instance per process.
 */
export class RunSupervisor {
  readonly #deps: RunSupervisorDeps;
  readonly #active = new Map<string, ActiveRun>();
  readonly #open = new Map<string, OpenInteraction>();
  readonly #last = new LastSnapshots();
  #isLeaving = false;

  constructor(deps: RunSupervisorDeps) {
    this.#deps = deps;
  }

  /**
   * Stores what begins a run, and starts work on it. The model is asked while the disk still makes the beginning safe; nobody is told of
   * anything before that. Resolves when the beginning was told.
   * @throws FailureError (by rejection) as the journal does; what was not stored safely is stopped
   */
  async begin(run: Run, workspace: string, events: readonly AgentEvent[], actor: Actor): Promise<void> {
    const { version, seqs, settled } = await this.#deps.journal.commit(run.id, 0, events, actor);
    const told = events.map((event, index): Told => [event, seqs[index] ?? null]);
    if (settled === null) {
      for (const [event, seq] of told) this.#publish(run, event, seq);
      this.#start(run, workspace, version, { events, untold: null });
      return;
    }
    const active = this.#start(run, workspace, version, { events, untold: told });
    try {
      await settled;
    } catch (error) {
      active.stop.abort();
      throw error;
    } finally {
      const waiting = active.untold ?? [];
      active.untold = null;
      for (const [event, seq] of waiting) this.#publish(run, event, seq);
    }
  }

  /**
   * Starts or resumes work on a stored run that this process owns. Returns at once; the run tells of itself through the feed.
   * @param version the run's version as stored
   */
  start(run: Run, workspace: string, version: number): void {
    this.#start(run, workspace, version, { events: [], untold: null });
  }

  #start(run: Run, workspace: string, version: number, begun: Begun): ActiveRun {
    const stop = new AbortController();
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const active: ActiveRun = { run, stop, done, commits: Promise.resolve(), version, isStopped: false, untold: begun.untold };
    this.#active.set(run.id, active);
    void this.#work(active, workspace, begun.events)
      .catch((error: unknown) => this.#abandon(active, error))
      .then(async () => {
        this.#active.delete(run.id);
        if (!active.isStopped && !this.#isLeaving) await this.#startFollowUp(run, workspace);
      })
      .catch((error: unknown) => this.#deps.system.reportBug(error))
      .finally(finish);
    return active;
  }

  /** What is remembered of a conversation that is deleted. */
  forget(conversationId: string): void {
    this.#last.forget(conversationId);
  }

  isActive(runId: string): boolean {
    return this.#active.has(runId);
  }

  /** Whether no run is at work here. */
  get isIdle(): boolean {
    return this.#active.size === 0;
  }

  /** Stops a run of this process (R7). @returns false when it is not at work here */
  stop(runId: string): boolean {
    const active = this.#active.get(runId);
    if (!active) return false;
    active.isStopped = true;
    active.stop.abort();
    return true;
  }

  /**
   * Lets go of all runs because the process ends: what was told is stored, nothing more happens in them, and what they had started is
   * ended. They stand as they were, to be suspended by their owner's leaving (R4). Resolves when all is quiet.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    for (const active of this.#active.values()) active.stop.abort();
    await this.idle();
  }

  /** Resolves when no run is at work any more, follow-ups included. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.all([...this.#active.values()].map((active) => active.done));
  }

  /** Adds events to a run that is at work here, in order with its own. */
  async commitInto(runId: string, events: readonly AgentEvent[], actor: Actor): Promise<boolean> {
    const active = this.#active.get(runId);
    if (!active) return false;
    await this.#commit(active, events, actor);
    return true;
  }

  /** Answers an open interaction; the second answer learns that it came too late (R5). */
  answer(interactionId: string, answer: InteractionAnswer, by: string): Result<null> {
    const open = this.#open.get(interactionId);
    if (!open) return { ok: false, failure: failure('interaction_settled', 'This was answered already, or its run is over.') };
    this.#open.delete(interactionId);
    open.settle({ answer, by });
    return { ok: true, value: null };
  }

  async #work(active: ActiveRun, workspace: string, begun: readonly AgentEvent[]): Promise<void> {
    const { run, stop } = active;
    const [offered, conversation] = await Promise.all([this.#deps.tools.offered(), this.#deps.reader.conversation(run.conversationId)]);
    const snapshot = conversation && (await this.#snapshot(conversation, begun));
    // Read anew for each run: what was changed since the last one counts (and what nobody approves, does not).
    const profile = await agentAtWork(this.#deps, conversation?.agentId);
    const known = profile === 'gone' ? null : profile;
    const instructions = await this.#deps.instructionsFor(workspace, known);
    const tools = profile === 'gone' ? withoutEffect(offered) : known?.tools ? withOnly(offered, known.tools) : offered;
    if (!snapshot) throw new FailureError('conversation_not_found', `There is no conversation ${run.conversationId}.`);
    const agent = runAgent({ run, snapshot, workspace, tools }, this.#portsFor(active, workspace, instructions), stop.signal);
    const outbox = new Outbox((events) => this.#commit(active, events, 'agent'));
    try {
      let next = await agent.next();
      // What the stop of everything brings about is not told: the run stands as it was.
      while (!next.done && !this.#isLeaving) {
        const event = next.value;
        if (isMark(event) || isDelta(event) || isPassing(event)) await outbox.hold(event);
        else await outbox.send(event);
        next = await agent.next();
      }
      await outbox.send();
      if (next.done) this.#last.keep(next.value);
    } finally {
      outbox.drop();
      // Whatever ended the loop, nothing that the run started may outlive it.
      stop.abort();
      await agent.return(snapshot);
    }
  }

  async #snapshot({ id, mode }: Conversation, begun: readonly AgentEvent[]): Promise<ConversationSnapshot | null> {
    const known = this.#last.after(begun);
    // It is known again when the run has ended.
    this.#last.forget(id);
    return known?.mode === mode ? known : this.#deps.reader.snapshot(id);
  }

  async #commit(active: ActiveRun, events: readonly AgentEvent[], actor: Actor): Promise<void> {
    const commit = active.commits.then(async () => {
      const stored = events.filter((event) => !isPassing(event));
      const places = new Map<AgentEvent, number | null>();
      if (stored.length > 0) {
        const { version, seqs, settled } = await this.#deps.journal.commit(active.run.id, active.version, stored, actor);
        active.version = version;
        if (settled !== null) await settled;
        for (const [index, event] of stored.entries()) places.set(event, seqs[index] ?? null);
      }
      for (const event of events) this.#tell(active, event, places.get(event));
    });
    active.commits = commit.catch(() => {});
    await commit;
  }

  /** The run cannot go on: it cannot be written any more (a full disk, a lost database), or met a fault of ours. */
  async #abandon(active: ActiveRun, error: unknown): Promise<void> {
    active.stop.abort();
    if (this.#isLeaving) return;
    const reason: Failure =
      error instanceof FailureError ? error.failure : failure('internal', 'The run ended through a fault of Glasshouse.');
    if (!(error instanceof FailureError)) this.#deps.system.reportBug(error);
    // Where even that cannot be written, the next start finds it suspended.
    await this.#deps.instances.fail(active.run.id, reason).catch((fault: unknown) => this.#deps.system.reportBug(fault));
    this.#tell(active, { type: 'run_completed', state: { name: 'failed' }, usage: NO_USAGE, cost: null, steps: 0, failure: reason });
  }

  #tell(active: ActiveRun, event: AgentEvent, seq: number | null = null): void {
    if (active.untold) active.untold.push([event, seq]);
    else this.#publish(active.run, event, seq);
  }

  #publish(run: Run, event: AgentEvent, seq: number | null): void {
    this.#deps.feed.publish({ seq, conversationId: run.conversationId, runId: run.id, event });
  }

  #portsFor(active: ActiveRun, workspace: string, instructions: readonly Block[]): AgentPorts {
    const { deps, run } = { deps: this.#deps, run: active.run };
    const opening =
      (model: string): FallbackModel['open'] =>
      (signal, onFetch) =>
        deps.catalog.open(model, { signal, onProgress: (progress) => tellFetch(progress, onFetch) });
    const environmentAt = (time: number) => deps.environmentAt(workspace, time);
    return {
      newId: deps.system.newId,
      now: deps.system.now,
      random: deps.system.random,
      digest: deps.system.digest,
      sleep: deps.system.sleep,
      reportBug: deps.system.reportBug,
      environmentAt,
      instructions,
      openModel: opening(run.model),
      fallback: async () => {
        const wanted = await deps.fallback();
        return wanted && { ...wanted, open: opening(wanted.model) };
      },
      strategyFor: (model, name) =>
        name === 'guided' ? createGuidedStrategy() : createNativeStrategy({ model: model.profile.id, environmentAt }),
      rules: async () => [...deps.configuredRules, ...(await deps.rules.inForce({ conversationId: run.conversationId, workspace }))],
      awaitAnswer: (interaction, signal) => this.#awaitAnswer(interaction, signal),
      takeSteers: async () => (await deps.reader.waitingInputs(run.conversationId, 'steer')).map((waiting) => waiting.message),
      readOutput: (callId) => deps.reader.output(run.conversationId, callId),
      base64: deps.system.base64,
      readMedia: async (hash) => {
        const data = await deps.reader.media(run.conversationId, hash);
        return data === null ? null : deps.system.base64(data);
      },
      readAttached: (name) => deps.reader.attached(run.conversationId, name),
    };
  }

  #awaitAnswer(interaction: Interaction, signal: AbortSignal): Promise<{ answer: InteractionAnswer; by: string } | null> {
    if (signal.aborted || !this.#deps.canAnswer()) return Promise.resolve(null);
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#open.delete(interaction.id);
        resolve(null);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#open.set(interaction.id, {
        interaction,
        settle: (reply) => {
          signal.removeEventListener('abort', onAbort);
          resolve(reply);
        },
      });
    });
  }

  /** What was said for afterwards starts a run of its own (R6). */
  async #startFollowUp(run: Run, workspace: string): Promise<void> {
    // A steer that came too late for its run is said after it all the same.
    const [late] = await this.#deps.reader.waitingInputs(run.conversationId, 'steer');
    const next = late ?? (await this.#deps.reader.waitingInputs(run.conversationId, 'follow_up'))[0];
    if (!next) return;
    const conversation = await this.#deps.reader.conversation(run.conversationId);
    const { system, instances } = this.#deps;
    const id = system.newId();
    const followUp: Run = {
      ...run,
      id,
      rootRunId: id,
      inputId: next.input.id,
      state: { name: 'queued' },
      owner: instances.id,
      createdAt: system.now(),
    };
    const message = { ...next.message, parentId: conversation?.headMessageId ?? null, runId: id };
    const event: AgentEvent = { type: 'input_accepted', input: { ...next.input, runId: id }, message, run: followUp };
    try {
      await this.begin(followUp, workspace, [event], next.input.actor);
    } catch (error) {
      // Another process was quicker: it waits on.
      if (!(error instanceof FailureError && error.failure.code === 'conversation_busy')) throw error;
    }
  }
}

/** Told in its place between the others, and never stored. */
function isPassing(event: AgentEvent): boolean {
  return event.type === 'model_progressed' || event.type === 'model_opened';
}

/** A part is joined while the next is on its way: to a person the fetching of both is one work, and its figure only grows. */
function tellFetch(progress: FetchProgress, onFetch: (fetch: ModelFetch) => void): void {
  if (progress.phase === 'joining') return;
  const detail = {
    waiting: 'Waiting for another Glasshouse that is fetching the model',
    fetching: 'Fetching the model, once',
    verifying: 'Verifying the model',
  }[progress.phase];
  const { done, total, bytesPerSecond, secondsLeft } = progress;
  onFetch({ done, total, detail, bytesPerSecond, secondsLeft });
}
