import { describe, expect, it } from 'vitest';
import { markdownBlocks, NO_BLOCKS, safeAddress, withoutEntities } from '../../../src/ui/markdown/markdown-blocks.ts';

const TEXT = [
  '# Title\n\nA paragraph with **bold** words\nand a second line.',
  '- one\n- two\n\n  still two\n- three',
  '```js\nconst a = 1;\n\nconst b = 2;\n```',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  'Setext heading\n===',
  '> quoted\n> more',
  '1. first\n2. second',
  'The end.',
].join('\n\n');

describe('markdown blocks', () => {
  it('are the same whether a text comes at once or letter by letter', () => {
    let grown = NO_BLOCKS;
    for (let end = 1; end <= TEXT.length; end += 1) grown = markdownBlocks(TEXT.slice(0, end), grown);
    const whole = markdownBlocks(TEXT);
    expect(grown.blocks.map((block) => [block.type, block.raw])).toEqual(whole.blocks.map((block) => [block.type, block.raw]));
  });

  it('keeps the blocks before the last as the objects they were, so that they are not drawn again', () => {
    const before = markdownBlocks('First.\n\nSecond.\n\nThi');
    const after = markdownBlocks('First.\n\nSecond.\n\nThird, and more', before);
    expect(after.blocks[0]).toBe(before.blocks[0]);
    expect(after.blocks[2]).toBe(before.blocks[2]);
    expect(after.blocks.at(-1)?.raw).toBe('Third, and more');
  });

  it('begins anew when the text is another one', () => {
    const before = markdownBlocks('One.\n\nTwo.');
    expect(markdownBlocks('Other.\n\nTwo.', before).blocks[0]?.raw).toBe('Other.');
  });

  it('reads the line ends of every system', () => {
    expect(markdownBlocks('a\r\n\r\nb').blocks.map((block) => block.type)).toEqual(['paragraph', 'space', 'paragraph']);
  });

  it('S6 lets links go to the web and to mail, and nowhere else', () => {
    expect(safeAddress('https://example.org/a?b#c')).toBe('https://example.org/a?b#c');
    expect(safeAddress('mailto:ada@example.org')).toBe('mailto:ada@example.org');
    for (const bad of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'vbscript:x',
      '/relative',
      '#x',
      'blob:http://x/y',
      '',
    ]) {
      expect(safeAddress(bad)).toBeNull();
    }
  });

  it('reads characters by name and number, and leaves what it does not know', () => {
    expect(withoutEntities('a &lt;b&gt; &amp;amp; &#233; &#x1F3E0; &unknown; &#99999999;')).toBe('a <b> &amp; é 🏠 &unknown; &#99999999;');
  });

  it('S6 shows quotes and lists in each other without end as they were written, and the rest as ever', () => {
    for (const deep of [
      `${'>'.repeat(3_000)} x`,
      `${'>'.repeat(200)} x`,
      Array.from({ length: 90 }, (_, at) => `${'  '.repeat(at)}- x`).join('\n'),
    ]) {
      const { blocks } = markdownBlocks(`A word.\n\n${deep}\n`);
      expect(blocks.some((block) => block.type === 'code' && block.raw.includes('x'))).toBe(true);
    }
    expect(markdownBlocks('> > > - a\n> > >   - b').blocks.map(({ type }) => type)).toEqual(['blockquote']);
  });
});
