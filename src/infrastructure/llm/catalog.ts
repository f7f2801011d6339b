import type { ListedModel, LocalModels, ModelCatalog, OpenOptions } from '../../application/ports/model-catalog.ts';
import type { Secrets } from '../../application/ports/secrets.ts';
import { failure, type Failure, type Result } from '../../core/models/failure.ts';
import type { Destination, LanguageModel, ModelProfile, StrategyName } from '../../core/reasoning/language-model.ts';
import { createHttpStream, isLoopback, type HttpStream } from './http-stream.ts';
import type { ModelFacts } from './model-data.ts';
import { findPreset, PRESETS, type Preset } from './presets.ts';
import type { Asked } from './wire-failure.ts';

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
  /** Tokens to think for, with models that want to be told. */
  readonly thinkingTokens?: number;
}

const EMBEDDED = 'embedded';
const ANTHROPIC = 'anthropic';
const ANTHROPIC_URL = 'https://api.anthropic.com';
const ANTHROPIC_KEY = 'ANTHROPIC_API_KEY';
/** Fewer than the providers' own 4 and more: an estimate that is too high only trims a little early. */
const BYTES_PER_TOKEN = 3.5;

/** The names under which keys are kept: the environment variables that providers' users know. */
export const SECRET_NAMES: readonly string[] = [
  ANTHROPIC_KEY,
  ...PRESETS.flatMap((preset) => (preset.keyName === null ? [] : [preset.keyName])),
];

interface Opening {
  readonly deps: ModelCatalogDeps;
  readonly http: HttpStream;
  readonly id: string;
  readonly model: string;
  readonly options: OpenOptions;
  readonly settings: ModelSettings;
}

/** All models by their names `PROVIDER/MODEL`. */
export function createModelCatalog(deps: ModelCatalogDeps): ModelCatalog {
  const http = createHttpStream({ env: deps.env, ...(deps.connectMs === undefined ? {} : { connectMs: deps.connectMs }) });
  let local: Promise<LocalModels> | null = null;
  const embedded = () => (local ??= deps.embedded());
  return {
    async open(id, options) {
      const slash = id.indexOf('/');
      const provider = slash === -1 ? id : id.slice(0, slash);
      const model = slash === -1 ? '' : id.slice(slash + 1);
      const preset = findPreset(provider);
      if ((!preset && provider !== ANTHROPIC && provider !== EMBEDDED) || model.trim() === '')
        return { ok: false, failure: unknown(id, provider) };
      if (provider === EMBEDDED) return withStrategy(await (await embedded()).open(id, options), options.strategy);
      const opening: Opening = { deps, http, id, model, options, settings: (await deps.settings?.()) ?? {} };
      return preset ? openChat(opening, preset) : openMessages(opening);
    },
    async list() {
      const lists = [
        embedded().then((models) => models.list()),
        listAnthropic(deps),
        ...PRESETS.map((preset) => listPreset(deps, http, preset)),
      ];
      return (await Promise.all(lists)).flat();
    },
    async close() {
      http.close();
      if (local) await (await local).close();
    },
  };
}

function unknown(id: string, provider: string): Failure {
  const names = [EMBEDDED, ANTHROPIC, ...PRESETS.map((preset) => preset.name)];
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

function parseBase(baseUrl: string, name: string | null): Result<URL> {
  if (URL.canParse(baseUrl)) {
    const url = new URL(baseUrl);
    if (url.protocol === 'http:' || url.protocol === 'https:') return { ok: true, value: url };
  }
  return { ok: false, failure: failure('model_unreachable', `${name ?? 'The address'} is not an http or https address.`) };
}

function destinationOf(url: URL): Destination {
  return isLoopback(url.hostname) ? { kind: 'machine' } : { kind: 'host', host: url.host };
}

function ownWindow(opening: Opening): number | null {
  const fromEnv = Number(opening.deps.env['GLASSHOUSE_WINDOW']);
  if (Number.isInteger(fromEnv) && fromEnv > 0) return fromEnv;
  return opening.settings.window ?? null;
}

function profileFrom(opening: Opening, url: URL, window: number, facts: ModelFacts | undefined): ModelProfile {
  return {
    id: opening.id,
    strategy: opening.options.strategy ?? 'native',
    destination: destinationOf(url),
    window,
    maxOutput: Math.max(256, Math.min(facts?.maxOutput ?? 8192, Math.floor(window / 4))),
    bytesPerToken: BYTES_PER_TOKEN,
    ...(facts?.price && !isLoopback(url.hostname) ? { price: facts.price } : {}),
  };
}

function missingKey(id: string, keyName: string): Failure {
  return failure('model_key_missing', `${id} needs a key: set ${keyName}.`);
}

async function openChat(opening: Opening, preset: Preset): Promise<Result<LanguageModel>> {
  const { deps, http, id, model, options } = opening;
  const baseUrl = baseOf(deps, preset);
  const base = parseBase(baseUrl, preset.baseUrlName);
  if (!base.ok) return base;
  const key = preset.keyName === null ? null : await deps.secrets.get(preset.keyName);
  const isElsewhere = baseUrl !== preset.baseUrl;
  if (preset.keyName !== null && key === null && !(preset.keyOptionalElsewhere && isElsewhere))
    return { ok: false, failure: missingKey(id, preset.keyName) };
  const [{ createOpenAiChatModel }, facts] = await Promise.all([import('./openai-chat.ts'), factsFor(preset, base.value, model)]);
  const window = ownWindow(opening) ?? facts?.window ?? (await askWindow(opening, preset, baseUrl, key)) ?? preset.defaultWindow;
  if (options.signal.aborted) return { ok: false, failure: failure('run_cancelled', 'Stopped.') };
  const asked: Asked = { model: id, host: base.value.host, secret: key, keyName: preset.keyName };
  return {
    ok: true,
    value: createOpenAiChatModel({
      profile: profileFrom(opening, base.value, window, facts),
      model,
      baseUrl,
      preset,
      fixedTemperature: facts?.fixedTemperature ?? false,
      key,
      asked,
      http,
      ...(deps.silenceMs === undefined ? {} : { silenceMs: deps.silenceMs }),
    }),
  };
}

function baseOf(deps: ModelCatalogDeps, preset: Preset): string {
  return (preset.baseUrlName ? deps.env[preset.baseUrlName]?.trim() : '') || preset.baseUrl;
}

/** Facts are of the provider's own address: elsewhere a model of the same name can be served with less. */
async function factsFor(preset: Preset, url: URL, model: string): Promise<ModelFacts | undefined> {
  if (preset.name !== 'openai-compatible' || url.host !== 'api.openai.com') return undefined;
  const { openaiFacts, UNKNOWN_OPENAI } = await import('./model-data.ts');
  return openaiFacts(model) ?? UNKNOWN_OPENAI;
}

async function askWindow(opening: Opening, preset: Preset, baseUrl: string, key: string | null): Promise<number | null> {
  if (preset.windowFrom === 'none') return null;
  const { servedWindow } = await import('./served-window.ts');
  return servedWindow({ http: opening.http, preset, baseUrl, model: opening.model, key, signal: opening.options.signal });
}

async function openMessages(opening: Opening): Promise<Result<LanguageModel>> {
  const { deps, http, id, model, settings } = opening;
  const baseUrl = deps.env['ANTHROPIC_BASE_URL']?.trim() || ANTHROPIC_URL;
  const base = parseBase(baseUrl, 'ANTHROPIC_BASE_URL');
  if (!base.ok) return base;
  const key = await deps.secrets.get(ANTHROPIC_KEY);
  if (key === null && baseUrl === ANTHROPIC_URL) return { ok: false, failure: missingKey(id, ANTHROPIC_KEY) };
  const [{ createAnthropicModel }, { claudeFacts, UNKNOWN_CLAUDE }] = await Promise.all([
    import('./anthropic-messages.ts'),
    import('./model-data.ts'),
  ]);
  const facts = claudeFacts(model) ?? UNKNOWN_CLAUDE;
  return {
    ok: true,
    value: createAnthropicModel({
      profile: profileFrom(opening, base.value, ownWindow(opening) ?? facts.window, facts),
      model,
      baseUrl,
      key,
      asked: { model: id, host: base.value.host, secret: key, keyName: ANTHROPIC_KEY },
      http,
      ...(settings.thinkingTokens === undefined ? {} : { thinkingTokens: settings.thinkingTokens }),
      ...(deps.silenceMs === undefined ? {} : { silenceMs: deps.silenceMs }),
    }),
  };
}

async function listAnthropic(deps: ModelCatalogDeps): Promise<readonly ListedModel[]> {
  const baseUrl = deps.env['ANTHROPIC_BASE_URL']?.trim() || ANTHROPIC_URL;
  const base = parseBase(baseUrl, 'ANTHROPIC_BASE_URL');
  if (!base.ok)
    return [{ id: `${ANTHROPIC}/MODEL`, destination: { kind: 'host', host: 'unknown' }, ready: false, missing: base.failure.message }];
  const destination = destinationOf(base.value);
  const hasKey = (await deps.secrets.get(ANTHROPIC_KEY)) !== null;
  if (!hasKey && baseUrl === ANTHROPIC_URL)
    return [{ id: `${ANTHROPIC}/MODEL`, destination, ready: false, missing: `${ANTHROPIC_KEY} is not set` }];
  const { CLAUDE_NAMES } = await import('./model-data.ts');
  return CLAUDE_NAMES.map((name) => ({ id: `${ANTHROPIC}/${name}`, destination, ready: true }));
}

/** Milliseconds for servers on this machine, which answer at once or are not there, and for others. */
const PROBE_HERE = 300;
const PROBE_ELSEWHERE = 2000;
/** A hosted provider can list hundreds. */
const SHOWN = 40;

async function listPreset(deps: ModelCatalogDeps, http: HttpStream, preset: Preset): Promise<readonly ListedModel[]> {
  const baseUrl = baseOf(deps, preset);
  const base = parseBase(baseUrl, preset.baseUrlName);
  const any = `${preset.name}/MODEL`;
  if (!base.ok) return [{ id: any, destination: { kind: 'host', host: 'unknown' }, ready: false, missing: base.failure.message }];
  const destination = destinationOf(base.value);
  const key = preset.keyName === null ? null : await deps.secrets.get(preset.keyName);
  if (preset.keyName !== null && key === null && !(preset.keyOptionalElsewhere && baseUrl !== preset.baseUrl)) {
    return [{ id: any, destination, ready: false, missing: `${preset.keyName} is not set` }];
  }
  const { listedIds } = await import('./served-window.ts');
  const within = destination.kind === 'machine' ? PROBE_HERE : PROBE_ELSEWHERE;
  const ids = await listedIds({ http, preset, baseUrl, key, signal: AbortSignal.timeout(within) }, within);
  if (ids === null) {
    const isHere = destination.kind === 'machine';
    return [
      {
        id: any,
        destination,
        ready: false,
        missing: isHere ? `no server answers at ${base.value.host}` : `${base.value.host} did not list its models`,
      },
    ];
  }
  const shown = ids.slice(0, SHOWN).map((name): ListedModel => ({ id: `${preset.name}/${name}`, destination, ready: true }));
  if (ids.length > SHOWN) shown.push({ id: any, destination, ready: true, note: `and ${ids.length - SHOWN} more at ${base.value.host}` });
  return shown;
}
