import { ContextManager } from '../context/context-manager.ts';
import type { Failure, Result } from '../models/failure.ts';
import { RETRYABLE, type Destination, type LanguageModel, type StrategyName } from '../reasoning/language-model.ts';
import type { AgentContext, ModelFetch } from './agent-context.ts';
import type { AgentEvent } from './agent-event.ts';
import { relay } from './relay.ts';

/** Opens the run's model. Null: it is open. */
export async function* openModel(context: AgentContext): AsyncGenerator<AgentEvent, Failure | null> {
  const opened = yield* opening((onFetch) => context.ports.openModel(context.signal, onFetch));
  if (!opened.ok) return opened.failure;
  yield workWith(context, opened.value, opened.value.profile.strategy);
  return null;
}

/**
 * Goes on with the person's fallback model where the one at work cannot be reached or is overloaded (R9), once in a run, and says so: why,
 * which model answers now, and where the words go (U3). From a model on this machine to one elsewhere only where the person has set that.
 * @param strategy the way of working that must be kept, where the step has begun in it
 * @returns false when there is none, or it may not or cannot be asked: then the failure stands
 */
export async function* fallBack(
  context: AgentContext & { readonly model: LanguageModel },
  reason: Failure,
  strategy?: StrategyName,
): AsyncGenerator<AgentEvent, boolean> {
  if (!RETRYABLE.has(reason.code) || context.hasFallenBack || context.signal.aborted) return false;
  const fallback = await context.ports.fallback();
  const from = context.model.profile;
  if (fallback === null || fallback.model === from.id) return false;
  context.hasFallenBack = true;
  const opened = yield* opening((onFetch) => fallback.open(context.signal, onFetch));
  if (context.signal.aborted) return false;
  if (!opened.ok) {
    const text = `The fallback model ${fallback.model} cannot be asked either. ${opened.failure.message}`;
    yield { type: 'notice_raised', code: 'fallback_failed', text };
    return false;
  }
  const { profile } = opened.value;
  if (from.destination.kind === 'machine' && profile.destination.kind === 'host' && !fallback.mayLeaveMachine) {
    const text = `The fallback model ${profile.id} was not asked: it goes to ${profile.destination.host}, and from a model on this machine to one elsewhere only the setting fallback_leaves_machine leads.`;
    yield { type: 'notice_raised', code: 'fallback_not_allowed', text };
    return false;
  }
  const place = whereWordsGo(profile.destination);
  const text = `${asSentence(reason.message)} From here on ${profile.id} answers instead of ${from.id}: what is said ${place}.`;
  yield { type: 'notice_raised', code: 'model_fallback', text };
  yield workWith(context, opened.value, strategy ?? profile.strategy);
  return true;
}

function opening(
  open: (onFetch: (fetch: ModelFetch) => void) => Promise<Result<LanguageModel>>,
): AsyncGenerator<AgentEvent, Result<LanguageModel>> {
  return relay((emit) =>
    open((fetch) => {
      void emit({ type: 'model_progressed', what: 'fetching', ...fetch });
    }),
  );
}

function workWith(context: AgentContext, model: LanguageModel, strategy: StrategyName): AgentEvent {
  context.model = model;
  context.strategy = context.ports.strategyFor(model, strategy);
  context.context = new ContextManager(model.profile, context.ports.newId);
  return { type: 'model_opened', model: model.profile.id, destination: model.profile.destination };
}

function whereWordsGo(destination: Destination): string {
  return destination.kind === 'machine' ? 'stays on this machine' : `goes to ${destination.host}`;
}

/** What a provider says often lacks its full stop, and our words follow it. */
export function asSentence(text: string): string {
  const said = text.trim();
  return /[.!?…:]["'”’)\]]*$/.test(said) ? said : `${said}.`;
}
