import type { AgentEvent } from '../agent/agent-event.ts';
import type { Failure } from '../models/failure.ts';
import type { PartState } from '../models/message.ts';
import type { WireRequest } from '../models/request.ts';
import type { Trust } from '../models/trust.ts';
import { linkedAbort } from '../agent/linked-abort.ts';
import { NO_USAGE, type Usage } from '../models/usage.ts';
import type { FinishReason, LanguageModel, ModelEvent } from './language-model.ts';
import { repeatsItself } from './repetition.ts';
import type { ProposedCall } from './strategy.ts';

/** How often the growing text is looked at for repetition, in characters. */
const REPETITION_STRIDE = 200;

export interface StepInput {
  readonly stepId: string;
  readonly messageId: string;
  /** Position of the first part that this step makes. */
  readonly firstOrd: number;
  /** Whether text is the answer that the person reads. */
  readonly showsText: boolean;
  /** The trust of what the model writes: no more than that of what it read. */
  readonly trust: Trust;
  newId(): string;
}

/** What a model call came to. `shown` says whether anyone saw a word of it (then it is never tried again, R9). */
export interface StepAnswer {
  readonly text: string;
  readonly calls: readonly ProposedCall[];
  readonly usage: Usage | null;
  readonly finish: FinishReason | 'failed' | 'cancelled' | 'repeats';
  readonly failure?: Failure;
  readonly shown: boolean;
  /** Position of the next part of the message. */
  readonly nextOrd: number;
}

interface OpenPart {
  readonly id: string;
  readonly type: 'text' | 'reasoning';
  text: string;
}

/**
 * One model call: sends the request and turns what comes back into parts.
 * Every part that is started is completed, whatever happens to the stream. Never throws for a failure of the model.
 */
export async function* askModel(
  model: LanguageModel,
  wire: WireRequest,
  input: StepInput,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, StepAnswer> {
  const calls: { providerCallId: string; tool: string; rawInput: string }[] = [];
  let open: OpenPart | null = null;
  let ord = input.firstOrd;
  let text = '';
  let shown = false;
  let checkedAt = 0;
  const stop = linkedAbort(signal);
  const answer = (finish: StepAnswer['finish'], usage: Usage | null, failure?: Failure): StepAnswer => ({
    text,
    calls: calls.filter((call) => call !== undefined),
    usage,
    finish,
    shown,
    nextOrd: ord,
    ...(failure ? { failure } : {}),
  });

  try {
    for await (const event of model.stream(wire, stop.signal)) {
      switch (event.type) {
        case 'progress':
          yield { type: 'model_progressed', what: event.what, done: event.done, total: event.total };
          break;
        case 'text_delta':
        case 'reasoning_delta': {
          const type = event.type === 'text_delta' ? 'text' : 'reasoning';
          if (type === 'text') text += event.text;
          if (type === 'text' && !input.showsText) break;
          if (open && open.type !== type) {
            yield completed(open, 'complete');
            open = null;
          }
          if (!open) {
            open = { id: input.newId(), type, text: '' };
            yield started(open, input, ord);
            ord += 1;
          }
          shown = true;
          const offset = open.text.length;
          open.text += event.text;
          yield { type: 'part_delta', partId: open.id, offset, text: event.text };
          if (open.text.length - checkedAt >= REPETITION_STRIDE || open.text.length < checkedAt) {
            checkedAt = open.text.length;
            if (repeatsItself(open.text)) {
              stop.abort();
              yield completed(open, 'interrupted');
              return answer('repeats', null);
            }
          }
          break;
        }
        case 'reasoning_completed':
          if (!open || open.type !== 'reasoning') {
            if (open) yield completed(open, 'complete');
            open = { id: input.newId(), type: 'reasoning', text: '' };
            yield started(open, input, ord);
            ord += 1;
          }
          yield completed(
            open,
            'complete',
            event.providerData === undefined ? undefined : { model: model.profile.id, data: event.providerData },
          );
          open = null;
          break;
        case 'tool_call_started':
          calls[event.index] = { providerCallId: event.providerCallId, tool: event.name, rawInput: '' };
          break;
        case 'tool_call_delta': {
          const call = calls[event.index];
          if (call) call.rawInput += event.text;
          break;
        }
        case 'finished':
          if (open) yield completed(open, 'complete');
          return answer(event.reason, event.usage);
        case 'failed': {
          if (open) yield completed(open, 'interrupted');
          const cancelled = event.failure.code === 'run_cancelled';
          // Half a call is no call: nothing of it was shown or stored.
          calls.length = 0;
          return answer(cancelled ? 'cancelled' : 'failed', event.usage, event.failure);
        }
      }
    }
    if (open) yield completed(open, 'interrupted');
    return answer('failed', null, { code: 'model_stream_cut', message: 'The model’s answer ended without an end.' });
  } finally {
    stop.release();
  }
}

function started(part: OpenPart, input: StepInput, ord: number): AgentEvent {
  const base = { id: part.id, ord, stepId: input.stepId, trust: input.trust, state: 'open', text: '' } as const;
  return { type: 'part_started', messageId: input.messageId, part: { ...base, type: part.type } };
}

function completed(part: OpenPart, state: PartState, providerData?: unknown): AgentEvent {
  return { type: 'part_completed', partId: part.id, text: part.text, state, ...(providerData === undefined ? {} : { providerData }) };
}

/** Usage to book when the provider told none: an estimate from the bytes. */
export function usageOrEstimate(usage: Usage | null, inputTokens: number, answerText: string, bytesPerToken: number): Usage {
  if (usage) return usage;
  return { ...NO_USAGE, input: inputTokens, output: Math.ceil(answerText.length / bytesPerToken), exact: false };
}

export type { ModelEvent };
