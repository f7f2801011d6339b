import { isPicture, mediaInWords, type NamedMedia } from '../../core/models/media.ts';
import { textOf, type Message, type Part } from '../../core/models/message.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';
import type { PageWriter } from '../ports/page-writer.ts';
import type { ConversationPicture, Pictures } from '../ports/pictures.ts';

export interface ExportConversationDeps {
  readonly pictures: Pictures;
  readonly reader: ConversationReader;
  base64(data: Uint8Array): string;
  /** Loaded when it is wanted. */
  pageWriter(): Promise<PageWriter>;
}

export type ExportFormat = 'markdown' | 'json' | 'html';

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** A conversation as a file to keep: Markdown or a web page to read, JSON with everything but the requests. Null when there is none. */
export async function exportConversation(
  deps: ExportConversationDeps,
  conversationId: string,
  format: ExportFormat,
): Promise<ExportedFile | null> {
  const picture = await deps.pictures.picture(conversationId);
  if (!picture) return null;
  const calls = new Map<string, ToolCall>();
  for (const call of picture.calls) {
    const whole = picture.cutCalls.includes(call.id) ? await deps.reader.output(conversationId, call.id) : null;
    calls.set(call.id, whole ? { ...call, output: whole.text } : call);
  }
  const name = fileName(picture.conversation.title);
  const { conversation, plan } = picture;
  if (format !== 'json') {
    const media = await mediaOf(deps, conversation.id, picture.messages, [...calls.values()]);
    if (format === 'markdown') return { name: `${name}.md`, type: 'text/markdown; charset=utf-8', text: asMarkdown(picture, calls, media) };
    const writer = await deps.pageWriter();
    return { name: `${name}.html`, type: 'text/html; charset=utf-8', text: await writer.write(picture, calls, media) };
  }
  // The whole tree: `path` is the branch that is shown.
  const { messages, calls: all, interactions } = await deps.reader.tree(conversationId);
  const path = picture.messages.map((message) => message.id);
  const runs = await deps.reader.runs(conversationId);
  const media = await mediaOf(deps, conversation.id, messages, all);
  const whole = { conversation, path, messages, calls: all, interactions, plan, runs, media: Object.fromEntries(media) };
  return { name: `${name}.json`, type: 'application/json', text: `${JSON.stringify(whole, null, 2)}\n` };
}

/** The bytes of every picture and PDF, in base64, by hash: the file is whole without this machine. */
async function mediaOf(
  { reader, base64 }: ExportConversationDeps,
  conversationId: string,
  messages: readonly Message[],
  calls: readonly ToolCall[],
): Promise<ReadonlyMap<string, string>> {
  const media = new Map<string, string>();
  const named = [
    ...messages.flatMap((message) => message.parts.filter((part) => part.type === 'media')),
    ...calls.flatMap((call) => call.media ?? []),
  ];
  for (const { media: one } of named) {
    const data = media.has(one.hash) ? null : await reader.media(conversationId, one.hash);
    if (data !== null) media.set(one.hash, base64(data));
  }
  return media;
}

/** Several in one file: one after the other to read, or as a list in JSON. What is gone by now is left out; null: all are. */
export async function exportConversations(
  deps: ExportConversationDeps,
  ids: readonly string[],
  format: Exclude<ExportFormat, 'html'>,
): Promise<ExportedFile | null> {
  const files: ExportedFile[] = [];
  for (const id of new Set(ids)) {
    const file = await exportConversation(deps, id, format);
    if (file) files.push(file);
  }
  const [first] = files;
  if (!first) return null;
  const texts = files.map(({ text }) => text.trimEnd());
  const text = format === 'json' ? `[\n${texts.join(',\n')}\n]\n` : `${texts.join('\n\n---\n\n')}\n`;
  return { name: `conversations.${format === 'json' ? 'json' : 'md'}`, type: first.type, text };
}

/** Letters and digits of the title, so that every file system takes it. */
function fileName(title: string): string {
  const plain = title
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain || 'conversation';
}

function asMarkdown(picture: ConversationPicture, calls: ReadonlyMap<string, ToolCall>, media: ReadonlyMap<string, string>): string {
  const { conversation, messages } = picture;
  const blocks = [
    `# ${conversation.title || 'Conversation'}`,
    `${new Date(conversation.createdAt).toISOString().slice(0, 10)} · ${conversation.workspace}`,
  ];
  for (const message of messages) blocks.push(...messageBlocks(message, calls, media));
  return `${blocks.join('\n\n')}\n`;
}

function messageBlocks(message: Message, calls: ReadonlyMap<string, ToolCall>, media: ReadonlyMap<string, string>): string[] {
  if (message.role === 'person') {
    const files = message.parts.flatMap((part) => (part.type === 'text' ? [] : partBlocks(part, calls, media)));
    return ['## You', ...files, textOf(message)];
  }
  return ['## Glasshouse', ...message.parts.flatMap((part) => partBlocks(part, calls, media))];
}

function partBlocks(part: Part, calls: ReadonlyMap<string, ToolCall>, media: ReadonlyMap<string, string>): string[] {
  switch (part.type) {
    case 'text':
      return part.text.trim() === '' ? [] : [part.text];
    case 'reasoning':
      return part.text.trim() === '' ? [] : [part.text.replaceAll(/^/gm, '> ')];
    case 'file':
      return [`*File: ${part.name}*`, fenced(part.text)];
    case 'media':
      return [mediaBlock(part, media)];
    case 'notice':
      return [`*${part.text}*`];
    case 'tool_call': {
      const call = calls.get(part.callId);
      if (!call) return [];
      const words = call.state === 'succeeded' ? call.words?.past : call.words?.future;
      const head = `**${words ?? call.tool}** (${call.tool}, ${call.state})`;
      const shown = (call.media ?? []).map((one) => mediaBlock(one, media));
      return [head, fenced(JSON.stringify(call.input, null, 2)), ...(call.output ? [fenced(call.output)] : []), ...shown];
    }
  }
}

/** A picture stands in the text itself; a PDF is named, and is in the JSON. */
function mediaBlock({ name, media }: NamedMedia, bytes: ReadonlyMap<string, string>): string {
  const shown = name.replaceAll(/[[\]\n\r]/g, ' ');
  const base64 = bytes.get(media.hash);
  if (!isPicture(media) || base64 === undefined) return `*File: ${shown} (${mediaInWords(media)})*`;
  return `![${shown}](data:${media.mediaType};base64,${base64})`;
}

/** In a fence that is longer than any that stands in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}`;
}
