import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PageWriter } from '../../application/ports/page-writer.ts';
import type { ConversationPicture } from '../../application/ports/pictures.ts';
import { isPicture, mediaInWords, type NamedMedia } from '../../core/models/media.ts';
import { textOf, type FilePart, type Message, type Part } from '../../core/models/message.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import type { Trust } from '../../core/models/trust.ts';
import { visible } from '../../core/models/visible.ts';
import { escapeHtml } from './escape-html.ts';
import { markdownAsHtml } from './markdown-html.ts';
import { PAGE_STYLE } from './page-style.ts';

/** How long is written at a stretch, before others have their turn; milliseconds. */
const AT_A_STRETCH = 12;

/** Nothing in the page may fetch, run or send anything, whatever stands in it. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;

/** Writes conversations as pages that stand alone. */
export function createPageWriter(): PageWriter {
  return {
    async write(picture, calls, media) {
      const blocks: string[] = [];
      let since = performance.now();
      for (const message of picture.messages) {
        blocks.push(messageBlock(message, calls, media));
        if (performance.now() - since < AT_A_STRETCH) continue;
        await nextTurn();
        since = performance.now();
      }
      return page(picture, blocks.join('\n'));
    },
  };
}

function page({ conversation }: ConversationPicture, body: string): string {
  const title = shown(conversation.title || 'Conversation');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><h1>${title}</h1>
<p class="meta">${new Date(conversation.createdAt).toISOString().slice(0, 10)} · ${shown(conversation.workspace)}</p></header>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Bytes in base64, by hash. */
type Bytes = ReadonlyMap<string, string>;

function messageBlock(message: Message, calls: ReadonlyMap<string, ToolCall>, media: Bytes): string {
  if (message.role === 'person') {
    const files = message.parts.flatMap((part) => (part.type === 'text' ? [] : [partBlock(part, calls, media)]));
    return ['<h2>You</h2>', `<div class="said">${escapeHtml(textOf(message))}</div>`, ...files].join('\n');
  }
  return ['<h2>Glasshouse</h2>', ...message.parts.map((part) => partBlock(part, calls, media))].join('\n');
}

function partBlock(part: Part, calls: ReadonlyMap<string, ToolCall>, media: Bytes): string {
  switch (part.type) {
    case 'text':
      return markdownAsHtml(part.text);
    case 'reasoning':
      return part.text.trim() === '' ? '' : folded('Thought', `<p class="note">${escapeHtml(part.text)}</p>`);
    case 'file':
      return fileBlock(part);
    case 'media':
      return mediaBlock(part, media);
    case 'notice':
      return `<p class="note">${escapeHtml(part.text)}</p>`;
    case 'tool_call': {
      const call = calls.get(part.callId);
      return call ? callBlock(call, media) : '';
    }
  }
}

function fileBlock({ name, text, trust }: FilePart): string {
  return folded(`File: ${shown(name)}`, pre(text), trust);
}

/** A picture is shown; a PDF is named, and is in the export as JSON. */
function mediaBlock({ name, media }: NamedMedia, bytes: Bytes): string {
  const base64 = bytes.get(media.hash);
  const words = `${shown(name)} (${mediaInWords(media)})`;
  if (!isPicture(media) || base64 === undefined) return `<p class="note">File: ${words}</p>`;
  const image = `<img src="data:${media.mediaType};base64,${base64}" alt="${shown(name)}" width="${media.width ?? ''}">`;
  return `<figure>${image}<figcaption>${words}</figcaption></figure>`;
}

function callBlock(call: ToolCall, media: Bytes): string {
  const words = call.state === 'succeeded' ? call.words?.past : call.words?.future;
  const what = words === undefined ? `${shown(call.tool)} (${call.state})` : `${shown(words)} (${shown(call.tool)}, ${call.state})`;
  const output = call.output ? pre(call.output) : '';
  const pictures = (call.media ?? []).map((one) => mediaBlock(one, media)).join('');
  return folded(what, pre(JSON.stringify(call.input, null, 2)) + output + pictures, call.trust);
}

/** @param summary as HTML */
function folded(summary: string, inside: string, trust: Trust = 'trusted'): string {
  const isOutside = trust === 'untrusted';
  return `<details${isOutside ? ' class="outside"' : ''}><summary>${summary}${isOutside ? ', from outside' : ''}</summary>${inside}</details>`;
}

function pre(text: string): string {
  // A line end at the very beginning would be swallowed.
  return `<pre>\n${escapeHtml(text)}</pre>`;
}

/** A name or a title: nothing in it may read as something else. */
function shown(text: string): string {
  return escapeHtml(visible(text));
}
