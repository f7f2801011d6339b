import type { FoundServer, ListedModel, LocalModels, ModelCatalog, OpenOptions } from '../../application/ports/model-catalog.ts';
import type { Secrets } from '../../application/ports/secrets.ts';
import { failure, type Failure, type Result } from '../../core/models/failure.ts';
import type { Destination, LanguageModel, ModelProfile, StrategyName } from '../../core/reasoning/language-model.ts';
import { createHttpStream, isLoopback, type HttpStream } from './http-stream.ts';
import type { ModelFacts } from './model-data.ts';
import { createOpenAiChatModel } from './openai-chat.ts';
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
      const lists = [listEmbedded(embedded), listAnthropic(deps), ...PRESETS.map((preset) => listPreset(deps, http, preset))];
      return (await Promise.all(lists)).flat();
    },
    servers: async () => (await Promise.all(PRESETS.map((preset) => findServer(deps, http, preset)))).flat(),
    keyName(id) {
      const [provider = ''] = id.split('/', 1);
      return provider === ANTHROPIC ? ANTHROPIC_KEY : (findPreset(provider)?.keyName ?? null);
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

/** An address in its parts: what may be stored, and what must not be. */
interface Base {
  readonly url: URL;
  /** Without a name and password. */
  readonly address: string;
  /** `Authorization` for the name and password that stood in the address. */
  readonly basic: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

function parseBase(given: string, name: string | null): Result<Base> {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return { ok: false, failure: failure('model_unreachable', `${name ?? 'The address'} is not an http or https address.`) };
  }
  if (url.username === '' && url.password === '') return { ok: true, value: { url, address: given, basic: {}, secrets: [] } };
  const password = decodeURIComponent(url.password);
  const basic = Buffer.from(`${decodeURIComponent(url.username)}:${password}`).toString('base64');
  url.username = '';
  url.password = '';
  const secrets = [password, basic].filter((one) => one.length >= 4);
  return { ok: true, value: { url, address: url.href, basic: { authorization: `Basic ${basic}` }, secrets } };
}

/** The key, or null where none is set and none is needed. */
async function keyFor(deps: ModelCatalogDeps, id: string, keyName: string | null, isNeeded: boolean): Promise<Result<string | null>> {
  if (keyName === null) return { ok: true, value: null };
  const key = await deps.secrets.get(keyName);
  if (key === null)
    return isNeeded
      ? { ok: false, failure: failure('model_key_missing', `${id} needs a key: set ${keyName}.`) }
      : { ok: true, value: null };
  if (/^[\x21-\x7e]+$/.test(key)) return { ok: true, value: key };
  return {
    ok: false,
    failure: failure(
      'model_key_refused',
      `The key in ${keyName} holds characters that no key has. Was it copied whole, and nothing with it?`,
    ),
  };
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

async function openChat(opening: Opening, preset: Preset): Promise<Result<LanguageModel>> {
  const { deps, http, id, model, options } = opening;
  const given = baseOf(deps, preset);
  const base = parseBase(given, preset.baseUrlName);
  if (!base.ok) return base;
  const { url, address } = base.value;
  const key = await keyFor(deps, id, preset.keyName, !(preset.keyOptionalElsewhere && given !== preset.baseUrl));
  if (!key.ok) return key;
  const secretHeaders = chatHeaders(base.value, key.value);
  const facts = await factsFor(preset, url, model);
  const window = ownWindow(opening) ?? facts?.window ?? (await askWindow(opening, preset, address, secretHeaders)) ?? preset.defaultWindow;
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

function chatHeaders(base: Base, key: string | null): Readonly<Record<string, string>> {
  return key === null ? base.basic : { authorization: `Bearer ${key}` };
}

function askedOf(id: string, base: Base, key: string | null, keyName: string | null): Asked {
  return { model: id, host: base.url.host, secrets: [...base.secrets, ...(key === null ? [] : [key])], keyName };
}

function baseOf(deps: ModelCatalogDeps, preset: Preset): string {
  return (preset.baseUrlName ? deps.env[preset.baseUrlName]?.trim() : '') || preset.baseUrl;
}

async function factsFor(preset: Preset, url: URL, model: string): Promise<ModelFacts | undefined> {
  if (preset.name !== 'openai-compatible' || url.host !== 'api.openai.com') return undefined;
  return (await import('./model-data.ts')).openaiFacts(model);
}

async function askWindow(
  opening: Opening,
  preset: Preset,
  baseUrl: string,
  secretHeaders: Readonly<Record<string, string>>,
): Promise<number | null> {
  if (preset.windowFrom === 'none') return null;
  const { servedWindow } = await import('./served-window.ts');
  return servedWindow({ http: opening.http, preset, baseUrl, model: opening.model, secretHeaders, signal: opening.options.signal });
}

async function openMessages(opening: Opening): Promise<Result<LanguageModel>> {
  const { deps, http, id, model, settings } = opening;
  const given = anthropicBase(deps);
  const base = parseBase(given, 'ANTHROPIC_BASE_URL');
  if (!base.ok) return base;
  const key = await keyFor(deps, id, ANTHROPIC_KEY, given === ANTHROPIC_URL);
  if (!key.ok) return key;
  const [{ createAnthropicModel }, { claudeFacts }] = await Promise.all([import('./anthropic-messages.ts'), import('./model-data.ts')]);
  const facts = claudeFacts(model);
  return {
    ok: true,
    value: createAnthropicModel({
      profile: profileFrom(opening, base.value.url, ownWindow(opening) ?? facts.window, facts),
      model,
      baseUrl: base.value.address,
      secretHeaders: { ...base.value.basic, ...(key.value === null ? {} : { 'x-api-key': key.value }) },
      asked: askedOf(id, base.value, key.value, ANTHROPIC_KEY),
      http,
      ...(settings.thinkingTokens === undefined ? {} : { thinkingTokens: settings.thinkingTokens }),
      ...(deps.silenceMs === undefined ? {} : { silenceMs: deps.silenceMs }),
    }),
  };
}

function anthropicBase(deps: ModelCatalogDeps): string {
  return deps.env['ANTHROPIC_BASE_URL']?.trim() || ANTHROPIC_URL;
}

function notReady(provider: string, destination: Destination, missing: string): readonly ListedModel[] {
  return [{ id: `${provider}/MODEL`, destination, ready: false, missing }];
}

const NOWHERE: Destination = { kind: 'host', host: 'unknown' };

async function listEmbedded(embedded: () => Promise<LocalModels>): Promise<readonly ListedModel[]> {
  try {
    return await (await embedded()).list();
  } catch {
    return notReady(EMBEDDED, { kind: 'machine' }, 'the engine for embedded models cannot be loaded here');
  }
}

async function listAnthropic(deps: ModelCatalogDeps): Promise<readonly ListedModel[]> {
  const given = anthropicBase(deps);
  const base = parseBase(given, 'ANTHROPIC_BASE_URL');
  if (!base.ok) return notReady(ANTHROPIC, NOWHERE, base.failure.message);
  const destination = destinationOf(base.value.url);
  const key = await keyFor(deps, ANTHROPIC, ANTHROPIC_KEY, given === ANTHROPIC_URL);
  if (!key.ok) return notReady(ANTHROPIC, destination, keyWords(key.failure, ANTHROPIC_KEY));
  const { CLAUDE_NAMES } = await import('./model-data.ts');
  return CLAUDE_NAMES.map((name) => ({ id: `${ANTHROPIC}/${name}`, destination, ready: true }));
}

function keyWords(reason: Failure, keyName: string): string {
  return reason.code === 'model_key_missing' ? `${keyName} is not set` : reason.message;
}

/** Milliseconds for servers on this machine, which answer at once or are not there, and for others. */
const PROBE_HERE = 300;
const PROBE_ELSEWHERE = 2000;
/** A hosted provider can list hundreds. */
const SHOWN = 40;

async function listPreset(deps: ModelCatalogDeps, http: HttpStream, preset: Preset): Promise<readonly ListedModel[]> {
  const given = baseOf(deps, preset);
  const base = parseBase(given, preset.baseUrlName);
  if (!base.ok) return notReady(preset.name, NOWHERE, base.failure.message);
  const { url, address } = base.value;
  const destination = destinationOf(url);
  const key = await keyFor(deps, preset.name, preset.keyName, !(preset.keyOptionalElsewhere && given !== preset.baseUrl));
  if (!key.ok) return notReady(preset.name, destination, keyWords(key.failure, preset.keyName ?? ''));
  const { listedIds } = await import('./served-window.ts');
  const isHere = destination.kind === 'machine';
  const within = isHere ? PROBE_HERE : PROBE_ELSEWHERE;
  const ids = await listedIds(
    { http, preset, baseUrl: address, secretHeaders: chatHeaders(base.value, key.value), signal: AbortSignal.timeout(within) },
    within,
  );
  if (ids === null)
    return notReady(preset.name, destination, isHere ? `no server answers at ${url.host}` : `${url.host} did not list its models`);
  const shown = ids.slice(0, SHOWN).map((name): ListedModel => ({ id: `${preset.name}/${name}`, destination, ready: true }));
  if (ids.length > SHOWN)
    shown.push({ id: `${preset.name}/MODEL`, destination, ready: true, note: `and ${ids.length - SHOWN} more at ${url.host}` });
  return shown;
}

/** The preset's server, where it is one of the person's own on this machine, and answers. */
async function findServer(deps: ModelCatalogDeps, http: HttpStream, preset: Preset): Promise<readonly FoundServer[]> {
  const base = parseBase(baseOf(deps, preset), preset.baseUrlName);
  if (!base.ok || destinationOf(base.value.url).kind !== 'machine') return [];
  const models = (await listPreset(deps, http, preset)).filter((model) => model.ready && model.note === undefined);
  return models.length === 0 ? [] : [{ name: preset.name, address: base.value.url.origin, models: models.length }];
}
