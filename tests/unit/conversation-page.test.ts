import { describe, expect, it } from 'vitest';
import type { ConversationPicture } from '../../src/application/ports/pictures.ts';
import type { Message, Part } from '../../src/core/models/message.ts';
import type { ToolCall } from '../../src/core/models/tool-call.ts';
import { createPageWriter } from '../../src/infrastructure/documents/conversation-page.ts';
import { markdownAsHtml } from '../../src/infrastructure/documents/markdown-html.ts';

const base = { ord: 0, trust: 'trusted', state: 'complete' } as const;

function message(id: string, role: Message['role'], parts: readonly Part[]): Message {
  return { id, conversationId: 'c', parentId: null, runId: 'r', role, createdAt: 0, parts };
}

function picture(messages: readonly Message[], title: string): ConversationPicture {
  const conversation = {
    id: 'c',
    kind: 'chat',
    workspace: '/w',
    title,
    headMessageId: null,
    mode: 'ask',
    createdAt: 0,
    updatedAt: 0,
  } as const;
  return {
    seq: 0,
    conversation: { ...conversation, pinned: false, archived: false },
    before: null,
    messages,
    calls: [],
    cutCalls: [],
    interactions: [],
    runs: [],
    branches: [],
    running: {},
    plan: null,
    trim: null,
    waiting: [],
  };
}

const ATTACK = '</pre></title></style><script>alert(1)</script><img src=x onerror=alert(2)>"\'&';
/** Elements that a page which does nothing has. */
const HARMLESS =
  /^(html|head|meta|title|style|body|header|main|h[1-4]|p|div|details|summary|pre|code|ul|ol|li|table|thead|tbody|tr|th|td|a|b|em|s|br|hr|blockquote)$/;

function elementsOf(html: string): string[] {
  return [...html.matchAll(/<([a-z][\w-]*)/gi)].map(([, name]) => String(name));
}

describe('a conversation as a web page', () => {
  it('S6: what anybody said is text in it, wherever it stands: words, names, inputs, outputs, the title', async () => {
    const call: ToolCall = {
      id: 'call',
      providerCallId: 'p',
      conversationId: 'c',
      runId: 'r',
      stepId: 's',
      messageId: 'm2',
      ord: 0,
      tool: 'read_file',
      input: { path: ATTACK },
      effect: 'none',
      touches: {},
      state: 'succeeded',
      trust: 'untrusted',
      words: { past: `Read ${ATTACK}`, present: '', future: '' },
      output: ATTACK,
    };
    const html = await createPageWriter().write(
      picture(
        [
          message('m1', 'person', [
            { ...base, type: 'file', id: 'f', name: `a\u202E${ATTACK}`, text: ATTACK, trust: 'untrusted' },
            { ...base, type: 'text', id: 't', text: ATTACK },
          ]),
          message('m2', 'agent', [
            { ...base, type: 'reasoning', id: 'g', text: ATTACK },
            { ...base, type: 'tool_call', id: 'q', callId: 'call' },
            { ...base, type: 'notice', id: 'n', code: 'x', text: ATTACK },
            { ...base, type: 'text', id: 'w', text: `${ATTACK}\n\n\`\`\`html\n${ATTACK}\n\`\`\`\n\n| a |\n|---|\n| ${ATTACK} |` },
          ]),
        ],
        ATTACK,
      ),
      new Map([['call', call]]),
      new Map(),
    );
    for (const name of elementsOf(html)) expect(name).toMatch(HARMLESS);
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
    expect(html.split('&lt;script&gt;').length - 1).toBe(13);
    expect(html).toContain(`default-src 'none'`);
    expect(html).toContain('a‹U+202E›');
    expect(html).toMatch(/<details class="outside"><summary>File: a/);
  });

  it('lets others have their turn while it writes a long one', async () => {
    const text = 'Words of **an answer**, `code` and a [link](https://example.org).\n\n'.repeat(40);
    const long = Array.from({ length: 400 }, (_, at) => message(`m${at}`, 'agent', [{ ...base, type: 'text', id: `t${at}`, text }]));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const html = await createPageWriter().write(picture(long, 'Long'), new Map(), new Map());
    clearInterval(timer);
    expect(html.split('<h2>Glasshouse</h2>').length - 1).toBe(400);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('Markdown as HTML', () => {
  it.each([
    ['## A\n\n### B', '<h3>A</h3>\n\n<h4>B</h4>'],
    ['a **b** *c* ~~d~~ `e<f`', '<p>a <b>b</b> <em>c</em> <s>d</s> <code>e&lt;f</code></p>'],
    ['- a\n- [x] b', '<ul><li>a</li>\n<li>☑ b</li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li>\n<li>b</li></ol>'],
    ['> a', '<blockquote><p>a</p></blockquote>'],
    ['[a](https://x.org/?b=1&c="2")', '<p><a href="https://x.org/?b=1&amp;c=%222%22" rel="noopener noreferrer">a</a></p>'],
    ['[a](javascript:alert(1))', '<p>[a](javascript:alert(1))</p>'],
    ['![a](https://x.org/p.png)', '<p><a href="https://x.org/p.png" rel="noopener noreferrer">[picture: a]</a></p>'],
    ['5&nbsp;m & &lt;b&gt;', '<p>5&nbsp;m &amp; &lt;b&gt;</p>'],
    ['<b>x</b>', '<p>&lt;b&gt;x&lt;/b&gt;</p>'],
  ])('%j', (markdown, html) => {
    expect(markdownAsHtml(markdown).trim()).toBe(html);
  });

  it('keeps figures to the right, where the table says so', () => {
    expect(markdownAsHtml(`${'>'.repeat(5_000)} <b>`)).toMatch(/^<pre>(?:&gt;)+ &lt;b&gt;<\/pre>$/);
    expect(markdownAsHtml('| a | b |\n|---|---:|\n| c | 1 |')).toContain('<td>c</td><td class="figure">1</td>');
  });
});
