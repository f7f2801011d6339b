import { describe, expect, it } from 'vitest';
import { setPrice, withOwnPrices } from '../../src/application/use-cases/prices.ts';
import type { ModelCatalog } from '../../src/application/ports/model-catalog.ts';
import { play } from '../support/agent-scene.ts';
import { FakeModel } from '../support/fake-model.ts';
import { memorySettings } from '../support/memory-settings.ts';

const SHIPPED = { input: 3, output: 15, asOf: '2026-07-04' };

function catalogOf(model: FakeModel): ModelCatalog {
  return {
    list: async () => [{ id: model.profile.id, destination: model.profile.destination, ready: true, price: SHIPPED }],
    servers: async () => [],
    keyHeader: () => null,
    open: async () => ({ ok: true, value: model }),
    close: async () => {},
  };
}

describe('prices', () => {
  it('of the person hold in the list and in what a run reckons with, and the shipped ones again once taken back', async () => {
    const settings = memorySettings();
    const model = new FakeModel([{ text: 'Hello.' }], { price: SHIPPED });
    const catalog = withOwnPrices(catalogOf(model), settings);
    await setPrice(settings, 'fake/model', { input: 1, output: 2 }, '2026-11-20');
    const own = { input: 1, output: 2, asOf: '2026-11-20', isOwn: true };
    expect((await catalog.list())[0]?.price).toEqual(own);
    const opened = await catalog.open('fake/model', { signal: new AbortController().signal });
    expect(opened.ok && opened.value.profile.price).toEqual(own);
    await setPrice(settings, 'fake/model', null, '2026-11-20');
    expect((await catalog.list())[0]?.price).toEqual(SHIPPED);
  });

  it.each([
    ['fake/model', { input: -1, output: 2 }],
    ['fake/model', { input: Number.NaN, output: 2 }],
    ['fake/model', { input: 1, output: 2, cachedRead: 1e9 }],
    ['model', { input: 1, output: 2 }],
  ])('of %s that cannot be are refused: %o', async (id, price) => {
    const settings = memorySettings();
    const set = await setPrice(settings, id, price, '2026-11-20');
    expect(set).toMatchObject({ ok: false, failure: { code: 'setting_invalid' } });
    expect((await settings.all()).size).toBe(0);
  });

  it('stand with each step that was reckoned with them', async () => {
    const played = await play({ model: new FakeModel([{ text: 'Hello.' }], { price: SHIPPED }) });
    const step = played.events.find((event) => event.type === 'step_completed');
    expect(step).toMatchObject({ price: SHIPPED, cost: (100 * 3 + 10 * 15) / 1_000_000 });
  });
});
