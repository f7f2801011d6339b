import type { Glasshouse } from '../contract/glasshouse.ts';
import type { FetchProgress, ListedModel } from '../core/reasoning/model-listing.ts';
import { FailureError } from '../core/models/failure.ts';
import type { Command } from './command.ts';
import { bytes, destination, priceInWords, progress, tokens } from './figures.ts';
import { Screen, type TerminalStreams } from './screen.ts';

/** `glasshouse models …`. @returns the exit code */
export async function modelsCommand(
  app: Glasshouse,
  command: Extract<Command, { name: 'models' }>,
  streams: TerminalStreams,
  onInterrupt: (listener: () => void) => () => void,
): Promise<number> {
  const print = (text: string) => streams.stdout.write(`${text}\n`);
  if (command.action === 'list') {
    const standard = await app.defaultModel();
    const words = command.wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const listed = (await app.models()).filter((model) => words.every((word) => model.id.toLowerCase().includes(word)));
    for (const model of listed) {
      if (command.json) print(JSON.stringify({ ...model, isDefault: model.id === standard }));
      else {
        const state = model.ready ? 'ready' : `not ready: ${model.missing ?? 'unknown reason'}`;
        print(
          `${model.id}${model.id === standard ? '  (default)' : ''}\n    ${destination(model.destination)} · ${[state, ...factsOf(model)].join(' · ')}`,
        );
      }
    }
    if (listed.length === 0 && !command.json) print('No model is called that.');
    return 0;
  }
  if (command.action === 'price') return priceOf(app, command, print);
  if (command.action === 'use') return makeDefault(app, command, print);
  const stop = new AbortController();
  const stopListening = onInterrupt(() => stop.abort());
  const screen = new Screen(streams);
  const shown = new FetchView(screen);
  try {
    const result = await app.pullModel(command.id ?? undefined, {
      signal: stop.signal,
      ...(command.file === null ? {} : { file: command.file }),
      onProgress: (each) => shown.show(each),
    });
    screen.status(null);
    if (!result.ok) throw new FailureError(result.failure.code, result.failure.message);
    print(command.json ? JSON.stringify({ id: command.id, path: result.value }) : `Ready: ${result.value}`);
    return 0;
  } finally {
    screen.status(null);
    stopListening();
  }
}

function factsOf(model: ListedModel): readonly string[] {
  return [
    model.note,
    model.window === undefined ? undefined : `${tokens(model.window, true)} tokens`,
    model.thinks ? 'thinks' : undefined,
    model.price ? priceInWords(model.price) : undefined,
  ].filter((fact) => fact !== undefined);
}

/** Shows a price, sets the person's own, or takes that back. */
async function priceOf(app: Glasshouse, command: Extract<Command, { action: 'price' }>, print: (text: string) => void): Promise<number> {
  if (command.price !== undefined) {
    const set = await app.setPrice(command.id, command.price);
    if (!set.ok) throw new FailureError(set.failure.code, set.failure.message);
  }
  const price = await app.price(command.id);
  if (command.json) print(JSON.stringify({ model: command.id, price }));
  else print(`${command.id}: ${price ? priceInWords(price) : 'no price is known'}`);
  return 0;
}

/** Makes a model the default. One that its provider does not list may be there all the same; a provider that there is not is a slip. */
async function makeDefault(
  app: Glasshouse,
  { id: wanted, json }: Extract<Command, { action: 'use' }>,
  print: (text: string) => void,
): Promise<number> {
  const models = await app.models();
  const named = models.filter((model) => model.id === wanted || model.id.endsWith(`/${wanted}`));
  const providers = new Set(models.map((model) => model.id.split('/', 1)[0]));
  const id = named.length === 1 ? (named[0]?.id ?? wanted) : wanted;
  if (!id.includes('/') || !providers.has(id.split('/', 1)[0])) {
    throw new FailureError('model_unknown', `${JSON.stringify(wanted)} is not known here. Models are written PROVIDER/MODEL.`);
  }
  const set = await app.setSetting('model', id);
  if (!set.ok) throw new FailureError(set.failure.code, set.failure.message);
  if (json) print(JSON.stringify({ model: id, ready: named[0]?.ready ?? null }));
  else print(`${id} is asked by default.${named[0]?.ready === false ? ` It is not ready: ${named[0].missing ?? 'unknown reason'}.` : ''}`);
  return 0;
}

/** Progress on a terminal as one living line, in a pipe as a line for each tenth. */
class FetchView {
  readonly #screen: Screen;
  #told = '';

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(fetch: FetchProgress): void {
    // Joined while the next part is on its way: one work, whose figure only grows.
    if (fetch.phase === 'joining') return;
    const phase = {
      waiting: 'Waiting for another Glasshouse that is fetching it',
      fetching: `Fetching from ${fetch.source}`,
      verifying: 'Verifying',
    }[fetch.phase];
    if (this.#screen.isLive) {
      this.#screen.status(() => `${phase}  ${progress(fetch.done, fetch.total, fetch.bytesPerSecond, fetch.secondsLeft, 24)}`);
      return;
    }
    const tenth = `${phase}: ${fetch.total > 0 ? Math.floor((fetch.done / fetch.total) * 10) * 10 : 0} % of ${bytes(fetch.total)}`;
    if (tenth !== this.#told) this.#screen.line(tenth);
    this.#told = tenth;
  }
}
