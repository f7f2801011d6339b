import type { LocalModels, ModelCatalog, OpenOptions } from '../../application/ports/model-catalog.ts';
import type { Secrets } from '../../application/ports/secrets.ts';
import { failure, type Failure, type Result } from '../../core/models/failure.ts';
import type { LanguageModel, ModelProfile, StrategyName } from '../../core/reasoning/language-model.ts';
import { addressOf, askedOf, destinationOf, keyFor, parseBase } from './address.ts';
import { createHttpStream, isLoopback, type HttpStream } from './http-stream.ts';
import type { ModelFacts } from './model-data.ts';
import { sightOf } from './model-sight.ts';
import { createOpenAiChatModel } from './openai-chat.ts';
import type { RefusedHere } from './openai-responses.ts';
import { bearer, findOwnWire, OWN_WIRES, type OwnWire } from './own-wires.ts';
import { findPreset, PRESETS, type Preset, type WindowFrom } from './presets.ts';

export interface ModelCatalogDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  /** The models that run inside Glasshouse; loaded when one is asked for. */
  readonly embedded: () => Promise<LocalModels>;
  /** The person's own numbers, read when a model is opened. */
  readonly settings?: () => Promise<ModelSettings>;
  /** Milliseconds without a byte from a server; default by server, 3 or 10 minutes. */
  readonly silenceMs?: number;
  /** Milliseconds to connect. Default 10 s. */
  readonly connectMs?: number;
}

export interface ModelSettings {
  /** Tokens really served, where the person knows better. `GLASSHOUSE_WINDOW` beats it. */
  readonly window?: number;
  /** Tokens to think for, with models that want to be told. `GLASSHOUSE_THINKING` beats it. */
  readonly thinkingTokens?: number;
}

const EMBEDDED = 'embedded';
/** Fewer than the providers' own 4 and more: an estimate that is too high only trims a little early. */
const BYTES_PER_TOKEN = 3.5;

interface Opening {
  readonly deps: ModelCatalogDeps;
  readonly http: HttpStream;
  readonly refused: RefusedHere;
  readonly id: string;
  readonly model: string;
  readonly options: OpenOptions;
  readonly settings: ModelSettings;
}

/** All models by their names `PROVIDER/MODEL`. What lists them is loaded when a list is asked for. */
export function createModelCatalog(deps: ModelCatalogDeps): ModelCatalog {
  const http = createHttpStream({ env: deps.env, ...(deps.connectMs === undefined ? {} : { connectMs: deps.connectMs }) });
  const refused: RefusedHere = { summaries: false, encrypted: false };
  let local: Promise<LocalModels> | null = null;
  const embedded = () => (local ??= deps.embedded());
  return {
    async open(id, options) {
      const slash = id.indexOf('/');
      const provider = slash === -1 ? id : id.slice(0, slash);
      const model = slash === -1 ? '' : id.slice(slash + 1);
      const preset = findPreset(provider);
      const wire = findOwnWire(provider);
      if ((!preset && !wire && provider !== EMBEDDED) || model.trim() === '') return { ok: false, failure: unknown(id, provider) };
      if (provider === EMBEDDED) return withStrategy(await (await embedded()).open(id, options), options.strategy);
      const opening: Opening = { deps, http, refused, id, model, options, settings: (await deps.settings?.()) ?? {} };
      if (wire) return openOwn(opening, wire);
      return preset ? openChat(opening, preset) : { ok: false, failure: unknown(id, provider) };
    },
    list: async () => (await import('./model-lists.ts')).listModels({ ...deps, http, embedded }),
    servers: async () => (await import('./model-lists.ts')).findServers({ ...deps, http, embedded }),
    keyHeader(id) {
      const [provider = ''] = id.split('/', 1);
      const wire = findOwnWire(provider);
      const keyName = wire?.keyNames[0] ?? findPreset(provider)?.keyName ?? null;
      if (keyName === null) return null;
      return Object.entries((wire?.keyHeaders ?? bearer)(`$${keyName}`))
        .map(([name, value]) => `${name}: ${value}`)
        .join('');
    },
    async close() {
      http.close();
      if (local) await (await local).close();
    },
  };
}

function unknown(id: string, provider: string): Failure {
  const names = [EMBEDDED, ...OWN_WIRES.map((wire) => wire.name), ...PRESETS.map((preset) => preset.name)];
  const isKnown = names.includes(provider);
  const what = isKnown ? `${JSON.stringify(id)} names no model after the provider.` : `${JSON.stringify(id)} is not known here.`;
  return failure('model_unknown', `${what} Models are written PROVIDER/MODEL, with one of these providers: ${names.join(', ')}.`);
}

function withStrategy(opened: Result<LanguageModel>, strategy: StrategyName | undefined): Result<LanguageModel> {
  if (!opened.ok || strategy === undefined || strategy === opened.value.profile.strategy) return opened;
  const model = opened.value;
  const profile: ModelProfile = { ...model.profile, strategy };
  return {
    ok: true,
    value: { profile, prepare: (request) => model.prepare(request), stream: (wire, signal) => model.stream(wire, signal) },
  };
}

function ownWindow(opening: Opening): number | null {
  const fromEnv = Number(opening.deps.env['GLASSHOUSE_WINDOW']);
  if (Number.isInteger(fromEnv) && fromEnv > 0) return fromEnv;
  return opening.settings.window ?? null;
}

/** Tokens to think with, where the person wants it. */
function ownThinking(opening: Opening): number | undefined {
  const fromEnv = Number(opening.deps.env['GLASSHOUSE_THINKING']);
  return Number.isInteger(fromEnv) && fromEnv > 0 ? fromEnv : opening.settings.thinkingTokens;
}

function profileFrom(opening: Opening, url: URL, window: number, facts: ModelFacts | undefined): ModelProfile {
  return {
    id: opening.id,
    strategy: opening.options.strategy ?? 'native',
    destination: destinationOf(url),
    window,
    maxOutput: Math.max(256, Math.min(facts?.maxOutput ?? 8192, Math.floor(window / 4))),
    bytesPerToken: BYTES_PER_TOKEN,
    ...sightIn(opening),
    ...(facts?.price && !isLoopback(url.hostname) ? { price: facts.price } : {}),
  };
}

function sightIn({ id, model }: Opening): Pick<ModelProfile, 'sight'> {
  const sight = sightOf(id.slice(0, id.indexOf('/')), model);
  return sight ? { sight } : {};
}

async function openChat(opening: Opening, preset: Preset): Promise<Result<LanguageModel>> {
  const { deps, http, id, model, options } = opening;
  const given = addressOf(deps.env, preset);
  const base = parseBase(given, preset.baseUrlName);
  if (!base.ok) return base;
  const { url, address } = base.value;
  const names = preset.keyName === null ? [] : [preset.keyName];
  const isNeeded = !(preset.keyOptionalElsewhere && given !== preset.baseUrl);
  const key = await keyFor({ secrets: deps.secrets, id, names, isNeeded });
  if (!key.ok) return key;
  const secretHeaders = key.value === null ? base.value.basic : bearer(key.value.value);
  const facts = await factsFor(preset, url, model);
  const window =
    ownWindow(opening) ?? facts?.window ?? (await askWindow(opening, preset.windowFrom, address, secretHeaders)) ?? preset.defaultWindow;
  if (options.signal.aborted) return { ok: false, failure: failure('run_cancelled', 'Stopped.') };
  return {
    ok: true,
    value: createOpenAiChatModel({
      profile: profileFrom(opening, url, window, facts),
      model,
      baseUrl: address,
      preset,
      fixedTemperature: facts?.fixedTemperature ?? false,
      secretHeaders,
      asked: askedOf(id, base.value, key.value, preset.keyName),
      http,
      ...(deps.silenceMs === undefined ? {} : { silenceMs: deps.silenceMs }),
    }),
  };
}

async function factsFor(preset: Preset, url: URL, model: string): Promise<ModelFacts | undefined> {
  if (preset.name !== 'openai-compatible' || url.host !== 'api.openai.com') return undefined;
  return (await import('./model-data.ts')).openaiFacts(model);
}

async function askWindow(
  opening: Opening,
  from: WindowFrom,
  baseUrl: string,
  secretHeaders: Readonly<Record<string, string>>,
): Promise<number | null> {
  if (from === 'none') return null;
  const { servedWindow } = await import('./served-window.ts');
  return servedWindow({ http: opening.http, from, baseUrl, model: opening.model, secretHeaders, signal: opening.options.signal });
}

async function openOwn(opening: Opening, wire: OwnWire): Promise<Result<LanguageModel>> {
  const { deps, http, id, model, refused } = opening;
  const thinkingTokens = ownThinking(opening);
  const given = addressOf(deps.env, wire);
  const parsed = parseBase(given, wire.baseUrlName);
  if (!parsed.ok) return parsed;
  const base = parsed.value;
  const key = await keyFor({ secrets: deps.secrets, id, names: wire.keyNames, isNeeded: given === wire.baseUrl });
  if (!key.ok) return key;
  const secretHeaders = { ...base.basic, ...(key.value === null ? {} : wire.keyHeaders(key.value.value)) };
  const opened = await wire.open({
    model,
    base,
    secretHeaders,
    asked: askedOf(id, base, key.value, wire.keyNames[0] ?? null),
    http,
    refused,
    profile: (facts) => profileFrom(opening, base.url, ownWindow(opening) ?? facts.window, facts),
    askWindow: async (from, address) => ownWindow(opening) ?? askWindow(opening, from, address, secretHeaders),
    ...(thinkingTokens === undefined ? {} : { thinkingTokens }),
    ...(deps.silenceMs === undefined ? {} : { silenceMs: deps.silenceMs }),
  });
  return opening.options.signal.aborted ? { ok: false, failure: failure('run_cancelled', 'Stopped.') } : { ok: true, value: opened };
}
