import type { FinishReason, LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../../src/core/reasoning/language-model.ts';
import type { Failure } from '../../src/core/models/failure.ts';
import type { Span, WireRequest } from '../../src/core/models/request.ts';
import { NO_USAGE } from '../../src/core/models/usage.ts';

/** What the model does with one request. */
export interface FakeReply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown; readonly raw?: string }[];
  readonly finish?: FinishReason;
  readonly failure?: Failure;
  /** Never ends by itself; only the signal ends it. */
  readonly hangs?: boolean;
}

export const FAKE_PROFILE: ModelProfile = {
  id: 'fake/model',
  strategy: 'native',
  destination: { kind: 'machine' },
  window: 32_000,
  maxOutput: 1_000,
  bytesPerToken: 4,
};

/** A model for tests of the core: replies in order, keeps every request. Its wire is JSON lines, one span for each block. */
export class FakeModel implements LanguageModel {
  readonly profile: ModelProfile;
  readonly requests: ModelRequest[] = [];
  readonly wires: WireRequest[] = [];
  readonly #replies: (FakeReply | ((request: WireRequest) => FakeReply))[];

  constructor(replies: readonly (FakeReply | ((request: WireRequest) => FakeReply))[], profile: Partial<ModelProfile> = {}) {
    this.#replies = [...replies];
    this.profile = { ...FAKE_PROFILE, ...profile };
  }

  prepare(request: ModelRequest): WireRequest {
    this.requests.push(request);
    const spans: Span[] = [];
    for (const block of request.system) spans.push({ ...block, text: `system ${block.text}\n` });
    for (const message of request.messages) {
      if (message.role === 'user') for (const block of message.blocks) spans.push({ ...block, text: `user ${block.text}\n` });
      if (message.role === 'tool') {
        for (const result of message.results)
          spans.push({ ...result.block, text: `result ${result.providerCallId} ${result.block.text}\n` });
      }
      if (message.role === 'assistant') {
        for (const block of message.blocks) {
          if (block.type === 'tool_call')
            spans.push({ ...block.input, text: `call ${block.providerCallId} ${block.name} ${block.input.text}\n` });
          else spans.push({ ...block.block, text: `assistant ${block.block.text}\n` });
        }
      }
    }
    return { method: 'LOCAL', url: 'fake:model', headers: {}, spans };
  }

  async *stream(wire: WireRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    this.wires.push(wire);
    const next = this.#replies.shift() ?? { text: 'That was all.' };
    const reply = typeof next === 'function' ? next(wire) : next;
    if (reply.reasoning) {
      yield { type: 'reasoning_delta', text: reply.reasoning };
      yield { type: 'reasoning_completed', providerData: { signature: 'signed' } };
    }
    for (const piece of (reply.text ?? '').match(/.{1,5}/gsu) ?? []) {
      if (signal.aborted) return yield { type: 'failed', failure: { code: 'run_cancelled', message: 'Stopped.' }, usage: null };
      yield { type: 'text_delta', text: piece };
    }
    if (reply.hangs) {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return yield { type: 'failed', failure: { code: 'run_cancelled', message: 'Stopped.' }, usage: null };
    }
    for (const [index, call] of (reply.calls ?? []).entries()) {
      yield { type: 'tool_call_started', index, providerCallId: `provider-${this.wires.length}-${index}`, name: call.name };
      yield { type: 'tool_call_delta', index, text: call.raw ?? JSON.stringify(call.input) };
    }
    if (reply.failure) return yield { type: 'failed', failure: reply.failure, usage: null };
    const usage = { ...NO_USAGE, input: 100, output: 10 };
    return yield { type: 'finished', reason: reply.finish ?? (reply.calls ? 'tool_calls' : 'stop'), usage };
  }
}
