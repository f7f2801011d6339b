import { createModelCatalog } from '../../src/infrastructure/llm/catalog.ts';
import type { LocalModels, ModelCatalog } from '../../src/application/ports/model-catalog.ts';
import type {
  AssistantBlock,
  Block,
  LanguageModel,
  ModelEvent,
  ModelMessage,
  ModelRequest,
} from '../../src/core/reasoning/language-model.ts';
import type { WireRequest } from '../../src/core/models/request.ts';
import { memorySecrets } from './memory-secrets.ts';

export const KEY = 'sk-test-0123456789abcdefSECRET';

const KEY_NAMES = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'GROQ_API_KEY',
  'MISTRAL_API_KEY',
  'XAI_API_KEY',
  'TOGETHER_API_KEY',
];

/** No model of one's own: enough for tests of the wires. */
export const noLocalModels: LocalModels = {
  open: async (id) => ({ ok: false, failure: { code: 'model_file_missing', message: `${id} is not here.` } }),
  list: async () => [],
  close: async () => undefined,
};

export function block(text: string, section: Block['section'] = 'history', source = 'person', trust: Block['trust'] = 'trusted'): Block {
  return { text, section, source, trust };
}

export function request(change: Partial<ModelRequest> = {}): ModelRequest {
  return {
    tools: [],
    system: [block('Be brief.', 'system', 'core')],
    messages: [{ role: 'user', blocks: [block('Hello', 'input')] }],
    tail: [],
    stableMessages: 0,
    maxOutput: 500,
    ...change,
  };
}

export const READ_FILE = {
  name: 'read_file',
  description: 'Reads a file.',
  schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
} as const;

/** A catalogue as the app has it, with the environment and the keys given. */
export function catalogFor(
  env: Readonly<Record<string, string>>,
  options: { key?: string | null; silenceMs?: number; connectMs?: number; window?: number; thinkingTokens?: number } = {},
): ModelCatalog {
  const key = options.key === undefined ? KEY : options.key;
  const { window, thinkingTokens } = options;
  return createModelCatalog({
    env,
    secrets: memorySecrets(key === null ? {} : Object.fromEntries(KEY_NAMES.map((name) => [name, key]))),
    embedded: async () => noLocalModels,
    settings: async () => ({ ...(window === undefined ? {} : { window }), ...(thinkingTokens === undefined ? {} : { thinkingTokens }) }),
    ...(options.silenceMs === undefined ? {} : { silenceMs: options.silenceMs }),
    ...(options.connectMs === undefined ? {} : { connectMs: options.connectMs }),
  });
}

export async function openModel(catalog: ModelCatalog, id: string): Promise<LanguageModel> {
  const opened = await catalog.open(id, { signal: new AbortController().signal });
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`);
  return opened.value;
}

export async function collect(
  model: LanguageModel,
  wire: WireRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(wire, signal)) events.push(event);
  return events;
}

export interface Heard {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: { id: string; name: string; input: string }[];
  readonly kept: unknown[];
  readonly last: ModelEvent | undefined;
}

/** Neighbouring deltas joined, so that an answer can be compared whole however it was cut. */
export function heard(events: readonly ModelEvent[]): Heard {
  let text = '';
  let reasoning = '';
  const calls: Heard['calls'] = [];
  const kept: unknown[] = [];
  for (const event of events) {
    if (event.type === 'text_delta') text += event.text;
    else if (event.type === 'reasoning_delta') reasoning += event.text;
    else if (event.type === 'reasoning_completed') kept.push(event.providerData);
    else if (event.type === 'tool_call_started') calls[event.index] = { id: event.providerCallId, name: event.name, input: '' };
    else if (event.type === 'tool_call_delta') (calls[event.index] as { input: string }).input += event.text;
  }
  return { text, reasoning, calls, kept, last: events.at(-1) };
}

/** An answer as it stands in the next request, in the order in which it is stored: the calls behind everything else. */
export function answered(events: readonly ModelEvent[], results: readonly string[]): ModelMessage[] {
  const blocks: AssistantBlock[] = [];
  let reasoning: string | null = null;
  let text: string | null = null;
  const closeText = () => {
    if (text !== null) blocks.push({ type: 'text', block: block(text, 'history', 'message:answer') });
    text = null;
  };
  for (const event of events) {
    if (event.type === 'reasoning_delta') {
      closeText();
      reasoning = (reasoning ?? '') + event.text;
    } else if (event.type === 'reasoning_completed') {
      closeText();
      if (event.providerData !== undefined)
        blocks.push({ type: 'reasoning', block: block(reasoning ?? '', 'history', 'message:answer'), providerData: event.providerData });
      reasoning = null;
    } else if (event.type === 'text_delta') text = (text ?? '') + event.text;
  }
  closeText();
  const { calls } = heard(events);
  const asked = calls.map((call): AssistantBlock => ({
    type: 'tool_call',
    providerCallId: call.id,
    name: call.name,
    input: block(call.input, 'history', `call:${call.id}`),
  }));
  const told = calls.map((call, index) => ({
    providerCallId: call.id,
    name: call.name,
    isError: false,
    block: block(results[index] ?? '', 'history', `tool:${call.name}`),
  }));
  return [{ role: 'assistant', blocks: [...blocks, ...asked] }, ...(told.length > 0 ? [{ role: 'tool', results: told } as const] : [])];
}
