import { failure, type Result } from '../../core/models/failure.ts';
import type { Price } from '../../core/models/usage.ts';
import type { LanguageModel } from '../../core/reasoning/language-model.ts';
import type { ModelCatalog } from '../ports/model-catalog.ts';
import type { SettingStore } from '../ports/stores.ts';

/** What a person says that a model costs, in US dollars per million tokens. What the cache costs is the input's price unless it is said. */
export type GivenPrice = Omit<Price, 'asOf' | 'isOwn'>;

/** US dollars per million tokens beyond which a price is a slip. */
const DEAREST = 100_000;
const LONGEST_NAME = 300;
const keyOf = (model: string) => `price:${model}`;

/** The person's own price of a model; null: none was set. */
export async function ownPrice(settings: SettingStore, model: string): Promise<Price | null> {
  return parsePrice(await settings.get(keyOf(model)));
}

/** Sets the person's own price of a model, as of `day` (ISO date); null takes it back, and the shipped table holds again. */
export async function setPrice(
  settings: SettingStore,
  model: string,
  given: GivenPrice | null,
  day: string,
): Promise<Result<Price | null>> {
  if (!/^[^/\s]+\/\S+$/.test(model) || model.length > LONGEST_NAME) {
    return { ok: false, failure: failure('setting_invalid', `A price belongs to PROVIDER/MODEL; ${JSON.stringify(model)} is none.`) };
  }
  if (given === null) {
    await settings.remove(keyOf(model));
    return { ok: true, value: null };
  }
  const numbers = [given.input, given.output, given.cachedRead, given.cachedWrite].filter((number) => number !== undefined);
  if (numbers.some((number) => !Number.isFinite(number) || number < 0 || number > DEAREST)) {
    const words = `A price is US dollars per million tokens, from 0 to ${DEAREST}.`;
    return { ok: false, failure: failure('setting_invalid', words) };
  }
  const price: Price = { ...given, asOf: day, isOwn: true };
  await settings.set(keyOf(model), JSON.stringify(price));
  return { ok: true, value: price };
}

/** The catalog with the person's own prices in place of the shipped ones: what is listed and what is reckoned with are the same. */
export function withOwnPrices(catalog: ModelCatalog, settings: SettingStore): ModelCatalog {
  return {
    ...catalog,
    async open(id, options) {
      const [opened, price] = await Promise.all([catalog.open(id, options), ownPrice(settings, id)]);
      return opened.ok && price ? { ok: true, value: priced(opened.value, price) } : opened;
    },
    async list() {
      const [listed, stored] = await Promise.all([catalog.list(), settings.all()]);
      return listed.map((model) => {
        const price = parsePrice(stored.get(keyOf(model.id)) ?? null);
        return price ? { ...model, price } : model;
      });
    },
  };
}

function priced(model: LanguageModel, price: Price): LanguageModel {
  return {
    profile: { ...model.profile, price },
    prepare: (request) => model.prepare(request),
    stream: (wire, signal) => model.stream(wire, signal),
  };
}

function parsePrice(text: string | null): Price | null {
  return text === null ? null : (JSON.parse(text) as Price);
}
