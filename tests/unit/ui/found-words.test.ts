import { describe, expect, it } from 'vitest';
import { marksIn, markWords, nearHit } from '../../../src/ui/views/palette/marks-in.ts';
import { lightOf, PANES } from '../../../src/ui/views/first-run/house-panes.ts';
import { providerKeys } from '../../../src/ui/views/settings/provider-keys.ts';

describe('what a search marks', () => {
  it('comes apart into what was found and what stands around it, in one line', () => {
    expect(marksIn('…when the\nfirst \u0002storms\u0003 came')).toEqual([
      { text: '…when the first ', isHit: false },
      { text: 'storms', isHit: true },
      { text: ' came', isHit: false },
    ]);
  });

  it('never loses a word to marks that do not match', () => {
    expect(
      marksIn('a \u0002b c \u0003d\u0003 e')
        .map((piece) => piece.text)
        .join(''),
    ).toBe('a b c d e');
    expect(marksIn('a \u0002b')).toEqual([
      { text: 'a ', isHit: false },
      { text: 'b', isHit: true },
    ]);
  });

  it('finds words where they begin, in any order, and only all of them', () => {
    expect(markWords('Settings: Tools and permissions', 'perm too')).toBe('Settings: \u0002Too\u0003ls and \u0002perm\u0003issions');
    expect(markWords('Letter to the board', 'oard')).toBeNull();
    expect(markWords('Letter to the board', 'letter roof')).toBeNull();
  });
});

describe('the house', () => {
  it('is lit pane by pane, from the left, as far as the model is here', () => {
    const lit = (share: number) => PANES.filter((pane, index) => lightOf(pane, index, share) >= 0.4).length;
    expect(lit(0)).toBe(0);
    expect(lit(0.5)).toBeGreaterThan(lit(0.25));
    expect(lit(1)).toBe(PANES.length);
    const share = 0.43;
    for (const [index, pane] of PANES.entries()) expect(lightOf(pane, index, share) >= 0.4).toBe(pane.middle <= share * 720);
  });
});

describe('the keys of providers', () => {
  const setting = { key: 'HARBOUR_API_KEY', about: 'Key for harbour/… models.', isSecret: true } as const;
  const model = { id: 'harbour/MODEL', destination: { kind: 'host', host: 'h' }, isDefault: false } as const;

  it('are present by their place, never by their value', () => {
    const [there] = providerKeys([{ ...setting, value: 'set', from: 'file' }], []);
    expect(there).toMatchObject({ title: 'harbour', from: 'file', trouble: null });
    const [absent] = providerKeys([{ ...setting, value: null, from: 'default' }], []);
    expect(absent).toMatchObject({ from: null });
  });

  it('open several providers, and one provider takes whichever of its names is set', () => {
    const both = { ...setting, about: 'Key for harbour/… and harbour-chat/… models.' };
    const chat = { ...model, id: 'harbour-chat/m', ready: true };
    const opened = providerKeys([{ ...both, value: 'set', from: 'file' }], [chat]);
    const opens = ['harbour', 'harbour-chat'];
    expect(opened).toMatchObject([
      { title: 'harbour', key: 'HARBOUR_API_KEY', opens, models: [] },
      { title: 'harbour-chat', key: 'HARBOUR_API_KEY', opens, models: [chat] },
    ]);
    const second = { ...setting, key: 'PORT_API_KEY' };
    const one = providerKeys(
      [
        { ...setting, value: null, from: 'default' },
        { ...second, value: 'set', from: 'environment' },
      ],
      [],
    );
    expect(one).toHaveLength(1);
    expect(one[0]).toMatchObject({ title: 'harbour', key: 'PORT_API_KEY', from: 'environment' });
    const none = providerKeys(
      [
        { ...setting, value: null, from: 'default' },
        { ...second, value: null, from: 'default' },
      ],
      [],
    );
    expect(none.map((each) => each.key)).toEqual(['HARBOUR_API_KEY']);
  });

  it('say when there is one that does not serve', () => {
    const refused = { ...model, ready: false, missing: 'the key was refused (401)' };
    expect(providerKeys([{ ...setting, value: 'set', from: 'keychain' }], [refused])[0]?.trouble).toBe('the key was refused (401)');
    expect(providerKeys([{ ...setting, value: null, from: 'default' }], [refused])[0]?.trouble).toBeNull();
  });
});

describe('a long excerpt', () => {
  it('begins at a word not far before what was found, and loses nothing after it', () => {
    const shown = nearHit(`${'word '.repeat(30)}before the \u0002hit\u0003 and after`);
    expect(shown).toMatch(/^…word /);
    expect(shown.endsWith('\u0002hit\u0003 and after')).toBe(true);
    expect(shown.indexOf('\u0002')).toBeLessThan(40);
    expect(nearHit('short \u0002hit\u0003')).toBe('short \u0002hit\u0003');
  });
});
