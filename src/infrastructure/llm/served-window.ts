import { askServer, type Question } from './ask-server.ts';
import type { WindowFrom } from './presets.ts';

export interface WindowQuestion extends Omit<Question, 'withinMs'> {
  readonly from: WindowFrom;
  readonly baseUrl: string;
  readonly model: string;
}

/** Milliseconds for one question. A server that does not answer by then gets the safe default. */
const PATIENCE = 1500;
/** Loading a model into a server's memory happens before its first word anyway. */
const LOADING = 60_000;

/** Tokens that the server really serves for this model, or null when it does not say. Never rejects. */
export async function servedWindow(question: WindowQuestion): Promise<number | null> {
  const root = question.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
  switch (question.from) {
    case 'none':
      return null;
    case 'models':
      return windowAmong(await askJson(question, 'GET', `${question.baseUrl.replace(/\/+$/, '')}/models`), question.model);
    case 'openrouter':
      return smallestEndpoint(await askJson(question, 'GET', `${root}/v1/models/${question.model}/endpoints`));
    case 'llamacpp':
      return positive(at(await askJson(question, 'GET', `${root}/props`), 'default_generation_settings', 'n_ctx'));
    case 'lmstudio':
      return windowAmong(await askJson(question, 'GET', `${root}/api/v0/models`), question.model, ['loaded_context_length']);
    case 'ollama':
      return ollamaWindow(question, root);
    case 'anthropic': {
      const versioned = { ...question, secretHeaders: { ...question.secretHeaders, 'anthropic-version': '2023-06-01' } };
      return positive(at(await askJson(versioned, 'GET', `${root}/v1/models/${encodeURIComponent(question.model)}`), 'max_input_tokens'));
    }
    case 'gemini':
      return positive(
        at(await askJson(question, 'GET', `${question.baseUrl}/models/${encodeURIComponent(question.model)}`), 'inputTokenLimit'),
      );
  }
}

/** What is loaded says its window. What is not says it in its own parameters, or once it is loaded. */
async function ollamaWindow(question: WindowQuestion, root: string): Promise<number | null> {
  const running = async () => loadedWindow(await askJson(question, 'GET', `${root}/api/ps`), question.model);
  const loaded = await running();
  if (loaded !== null) return loaded;
  const shown = await askJson(question, 'POST', `${root}/api/show`, { model: question.model });
  const parameters = at(shown, 'parameters');
  const own = typeof parameters === 'string' ? positive(Number(/^num_ctx\s+(\d+)/m.exec(parameters)?.[1])) : null;
  if (own !== null || shown === null) return own;
  await askJson(question, 'POST', `${root}/api/generate`, { model: question.model, stream: false }, LOADING);
  return running();
}

function loadedWindow(answer: unknown, model: string): number | null {
  const models = at(answer, 'models');
  if (!Array.isArray(models)) return null;
  const found = models.find((one: unknown) =>
    [at(one, 'name'), at(one, 'model')].some((name) => name === model || name === `${model}:latest`),
  );
  return positive(at(found, 'context_length'));
}

/** vLLM says the first; others have their own words for it. */
const WINDOW_NAMES = ['max_model_len', 'context_window', 'context_length', 'max_context_length'];

/** The windows that a list of models says, by name. */
export function windowsIn(answer: unknown): ReadonlyMap<string, number> {
  const windows = new Map<string, number>();
  for (const one of listIn(answer)) {
    const name = at(one, 'id');
    const window = WINDOW_NAMES.map((each) => positive(at(one, each))).find((value) => value !== null);
    if (typeof name === 'string' && window) windows.set(name, window);
  }
  return windows;
}

/** Most wrap the list in `data`; some give it bare. */
function listIn(answer: unknown): readonly unknown[] {
  const data = Array.isArray(answer) ? (answer as unknown[]) : at(answer, 'data');
  return Array.isArray(data) ? data : [];
}

function windowAmong(answer: unknown, model: string, names: readonly string[] = WINDOW_NAMES): number | null {
  const found: unknown = listIn(answer).find((one: unknown) => at(one, 'id') === model);
  for (const name of names) {
    const value = positive(at(found, name));
    if (value !== null) return value;
  }
  return null;
}

/** The request can go to any of the endpoints, so the smallest counts. */
function smallestEndpoint(answer: unknown): number | null {
  const endpoints = at(answer, 'data', 'endpoints');
  if (!Array.isArray(endpoints)) return null;
  const windows = endpoints.map((one: unknown) => positive(at(one, 'context_length'))).filter((value) => value !== null);
  return windows.length > 0 ? Math.min(...windows) : null;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[name] : undefined;
  return here;
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
}

async function askJson(
  question: Omit<Question, 'withinMs'>,
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  withinMs = PATIENCE,
): Promise<unknown> {
  const said = await askServer({ ...question, withinMs }, method, url, body);
  return said?.status === 200 ? said.document : null;
}
