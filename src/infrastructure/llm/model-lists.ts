import type { FoundServer, ListedModel, LocalModels } from '../../application/ports/model-catalog.ts';
import type { Secrets } from '../../application/ports/secrets.ts';
import type { Failure } from '../../core/models/failure.ts';
import type { Destination } from '../../core/reasoning/language-model.ts';
import { addressOf, destinationOf, keyFor, parseBase } from './address.ts';
import { askServer } from './ask-server.ts';
import type { HttpStream } from './http-stream.ts';
import { bearer, OWN_WIRES, type OwnWire } from './own-wires.ts';
import { sightOf } from './model-sight.ts';
import { PRESETS, type Preset } from './presets.ts';
import type { ModelFacts } from './model-data.ts';
import { windowsIn } from './served-window.ts';
import { failureFromAnswer } from './wire-failure.ts';

export interface ListingDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly http: HttpStream;
  readonly embedded: () => Promise<LocalModels>;
}

/** Milliseconds for servers on this machine, which answer at once or are not there, and for others. */
const PROBE_HERE = 300;
const PROBE_ELSEWHERE = 2000;
/** More than any provider lists today: a bound, so that a strange answer stays small. */
const SHOWN = 500;
const NOWHERE: Destination = { kind: 'host', host: 'unknown' };

/** Every model that can be asked now, and, of providers that cannot be, what is missing. */
export async function listModels(deps: ListingDeps): Promise<readonly ListedModel[]> {
  const own = OWN_WIRES.map((wire) => listOwn(deps, wire));
  const lists = [listEmbedded(deps.embedded), ...own, ...PRESETS.map((preset) => listPreset(deps, preset))];
  return (await Promise.all(lists)).flat();
}

/** The servers of the person's own that answer on this machine. */
export async function findServers(deps: ListingDeps): Promise<readonly FoundServer[]> {
  return (await Promise.all(PRESETS.map((preset) => findServer(deps, preset)))).flat();
}

function notReady(provider: string, destination: Destination, missing: string): readonly ListedModel[] {
  return [{ id: `${provider}/MODEL`, destination, ready: false, missing }];
}

async function listEmbedded(embedded: () => Promise<LocalModels>): Promise<readonly ListedModel[]> {
  try {
    return await (await embedded()).list();
  } catch {
    return notReady('embedded', { kind: 'machine' }, 'the engine for embedded models cannot be loaded here');
  }
}

/** What the provider lists, or, where it does not say, the names that are known here. */
async function listOwn(deps: ListingDeps, wire: OwnWire): Promise<readonly ListedModel[]> {
  const given = addressOf(deps.env, wire);
  const base = parseBase(given, wire.baseUrlName);
  if (!base.ok) return notReady(wire.name, NOWHERE, base.failure.message);
  const destination = destinationOf(base.value.url);
  const key = await keyFor({ secrets: deps.secrets, id: wire.name, names: wire.keyNames, isNeeded: given === wire.baseUrl });
  if (!key.ok) return notReady(wire.name, destination, keyWords(key.failure, wire.keyNames[0] ?? ''));
  const headers = { ...wire.listHeaders, ...base.value.basic, ...(key.value === null ? {} : wire.keyHeaders(key.value.value)) };
  const [said, known, factsOf] = await Promise.all([
    ask(deps, destination, wire.listAddress(base.value.address), headers),
    wire.knownNames(),
    wire.factsAt(base.value.address),
  ]);
  const factsIn = (name: string) => factsShown(factsOf(name), destination);
  if (said === 'key refused') return notReady(wire.name, destination, KEY_REFUSED);
  if (said === 'no answer' && destination.kind === 'machine') return notReady(wire.name, destination, nobodyAt(base.value.url));
  const listed = typeof said === 'object' ? wire.namesIn(said.document) : [];
  if (listed.length === 0) return shownOf(wire.name, destination, known, base.value.url.host, factsIn);
  const others = listed.filter((name) => !known.includes(name));
  return shownOf(wire.name, destination, [...known.filter((name) => listed.includes(name)), ...others], base.value.url.host, factsIn);
}

const KEY_REFUSED = 'the key was refused';

type Said = { readonly document: unknown } | 'no list' | 'no answer' | 'key refused';

function nobodyAt(url: URL): string {
  return `no server answers at ${url.host}`;
}

/** The server's list of models, or why there is none. */
async function ask(
  deps: ListingDeps,
  destination: Destination,
  url: string,
  secretHeaders: Readonly<Record<string, string>>,
): Promise<Said> {
  const withinMs = destination.kind === 'machine' ? PROBE_HERE : PROBE_ELSEWHERE;
  const said = await askServer({ http: deps.http, secretHeaders, signal: AbortSignal.timeout(withinMs), withinMs }, 'GET', url);
  if (said === null) return 'no answer';
  if (said.status === 200) return said;
  const asked = { model: '', host: '', secrets: [], keyName: null };
  const reason = failureFromAnswer(asked, said.status, {}, JSON.stringify(said.document ?? ''));
  return reason.code === 'model_key_refused' ? 'key refused' : 'no list';
}

type ShownFacts = Pick<ListedModel, 'window' | 'thinks' | 'price'>;

/** What stands in the list is what a run reckons with: on one's own machine nothing is paid for. */
function factsShown(facts: ModelFacts | null, destination: Destination): ShownFacts {
  if (facts === null) return {};
  const { window, thinking, price } = facts;
  return { window, thinks: thinking !== undefined, ...(price && destination.kind === 'host' ? { price } : {}) };
}

function shownOf(
  provider: string,
  destination: Destination,
  names: readonly string[],
  host: string,
  factsOf: (name: string) => ShownFacts,
): readonly ListedModel[] {
  const shown = names.slice(0, SHOWN).map((name): ListedModel => {
    const sight = sightOf(provider, name);
    return { id: `${provider}/${name}`, destination, ready: true, ...factsOf(name), ...(sight ? { sight } : {}) };
  });
  if (names.length > SHOWN)
    shown.push({ id: `${provider}/MODEL`, destination, ready: true, note: `and ${names.length - SHOWN} more at ${host}` });
  return shown;
}

function keyWords(reason: Failure, keyName: string): string {
  return reason.code === 'model_key_missing' ? `${keyName} is not set` : reason.message;
}

async function listPreset(deps: ListingDeps, preset: Preset): Promise<readonly ListedModel[]> {
  const given = addressOf(deps.env, preset);
  const base = parseBase(given, preset.baseUrlName);
  if (!base.ok) return notReady(preset.name, NOWHERE, base.failure.message);
  const { url, address } = base.value;
  const destination = destinationOf(url);
  const names = preset.keyName === null ? [] : [preset.keyName];
  const isNeeded = !(preset.keyOptionalElsewhere && given !== preset.baseUrl);
  const key = await keyFor({ secrets: deps.secrets, id: preset.name, names, isNeeded });
  if (!key.ok) return notReady(preset.name, destination, keyWords(key.failure, preset.keyName ?? ''));
  const sameElsewhere = OWN_WIRES.find((wire) => wire.baseUrl === given && addressOf(deps.env, wire) === given);
  if (sameElsewhere) {
    const note = `the same models by another wire: they are listed under ${sameElsewhere.name}`;
    return [{ id: `${preset.name}/MODEL`, destination, ready: true, note }];
  }
  const headers = key.value === null ? base.value.basic : bearer(key.value.value);
  const said = await ask(deps, destination, `${address.replace(/\/+$/, '')}/models`, headers);
  if (said === 'key refused') return notReady(preset.name, destination, KEY_REFUSED);
  const ids = typeof said === 'object' ? idsIn(said.document) : null;
  if (ids === null)
    return notReady(preset.name, destination, destination.kind === 'machine' ? nobodyAt(url) : `${url.host} did not list its models`);
  const windows = windowsIn(typeof said === 'object' ? said.document : null);
  return shownOf(preset.name, destination, ids, url.host, (name) => {
    const window = windows.get(name);
    return window === undefined ? {} : { window };
  });
}

/** Most wrap the list in `data`; some give it bare. */
function idsIn(answer: unknown): readonly string[] | null {
  const data = Array.isArray(answer) ? (answer as unknown[]) : (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return null;
  return data.map((one: unknown) => (one as { id?: unknown } | null)?.id).filter((id) => typeof id === 'string');
}

/** The preset's server, where it is one of the person's own on this machine, and answers. */
async function findServer(deps: ListingDeps, preset: Preset): Promise<readonly FoundServer[]> {
  const base = parseBase(addressOf(deps.env, preset), preset.baseUrlName);
  if (!base.ok || destinationOf(base.value.url).kind !== 'machine') return [];
  const models = (await listPreset(deps, preset)).filter((model) => model.ready && model.note === undefined);
  return models.length === 0 ? [] : [{ name: preset.name, address: base.value.url.origin, models: models.length }];
}
