import type { Section, Span } from '../../../core/models/request.ts';
import type { AssistantBlock, Block, ModelMessage, ModelRequest, ToolSpec } from '../../../core/reasoning/language-model.ts';
import type { PromptSegment } from './engine-protocol.ts';

/** What stands in the prompt for the words of a conversation: sections that are the same for every conversation. */
const SHARED: ReadonlySet<Section> = new Set<Section>(['wire', 'tools', 'system']);

/**
 * The request as one prompt in ChatML with the tool template of the Qwen2.5 family
 * (https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct, `chat_template`). The spans joined are the prompt, byte for byte.
 * Only `wire` spans hold template syntax; the engine reads every other span as plain characters, so that no word can end a turn.
 */
export function chatmlSpans(request: ModelRequest): Span[] {
  const spans: Span[] = [];
  const stableMessages = Math.min(request.stableMessages, request.messages.length);
  writeSystem(spans, request);
  if (stableMessages === 0) markBreakpoint(spans);
  request.messages.forEach((message, index) => {
    const isLast = index === request.messages.length - 1;
    writeMessage(spans, message, isLast && message.role === 'user' ? request.tail : []);
    if (index + 1 === stableMessages) markBreakpoint(spans);
  });
  if (request.tail.length > 0 && request.messages.at(-1)?.role !== 'user') writeTurn(spans, 'user', request.tail);
  spans.push(wire('<|im_start|>assistant\n'));
  return spans;
}

/** The prompt for the engine, and how much of its beginning is stable; `saveStable` when no conversation's word is in that. */
export function segmentsOf(spans: readonly Span[]): { segments: PromptSegment[]; stableSegments: number; saveStable: boolean } {
  const stableSegments = spans.findLastIndex((span) => span.cacheBreakpoint === true) + 1;
  return {
    segments: spans.map((span) => ({ text: span.text, special: span.section === 'wire' })),
    stableSegments,
    saveStable: stableSegments > 0 && spans.slice(0, stableSegments).every((span) => SHARED.has(span.section)),
  };
}

function writeSystem(spans: Span[], request: ModelRequest): void {
  if (request.system.length === 0 && request.tools.length === 0) return;
  spans.push(wire('<|im_start|>system\n'));
  writeBlocks(spans, request.system);
  if (request.tools.length > 0) writeTools(spans, request.tools);
  spans.push(wire('<|im_end|>\n'));
}

function writeTools(spans: Span[], tools: readonly ToolSpec[]): void {
  spans.push(
    wire(
      '\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n' +
        'You are provided with function signatures within <tools></tools> XML tags:\n<tools>',
    ),
  );
  for (const { name, description, schema } of tools) {
    const text = JSON.stringify({ type: 'function', function: { name, description, parameters: schema } });
    spans.push(wire('\n'), { text, section: 'tools', source: `tool:${name}`, trust: 'trusted' });
  }
  spans.push(
    wire(
      '\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n' +
        '<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>',
    ),
  );
}

function writeMessage(spans: Span[], message: ModelMessage, tail: readonly Block[]): void {
  switch (message.role) {
    case 'user':
      writeTurn(spans, 'user', [...message.blocks, ...tail]);
      break;
    case 'assistant':
      spans.push(wire('<|im_start|>assistant\n'));
      writeAssistant(spans, message.blocks);
      spans.push(wire('<|im_end|>\n'));
      break;
    case 'tool':
      spans.push(wire('<|im_start|>user'));
      for (const { block } of message.results) spans.push(wire('\n<tool_response>\n'), spanOf(block), wire('\n</tool_response>'));
      spans.push(wire('<|im_end|>\n'));
  }
}

function writeTurn(spans: Span[], role: 'user', blocks: readonly Block[]): void {
  spans.push(wire(`<|im_start|>${role}\n`));
  writeBlocks(spans, blocks);
  spans.push(wire('<|im_end|>\n'));
}

function writeBlocks(spans: Span[], blocks: readonly Block[]): void {
  blocks.forEach((block, index) => {
    if (index > 0) spans.push(wire('\n\n'));
    spans.push(spanOf(block));
  });
}

function writeAssistant(spans: Span[], blocks: readonly AssistantBlock[]): void {
  let first = true;
  for (const block of blocks) {
    // This family has no reasoning of its own to be given back.
    if (block.type === 'reasoning') continue;
    if (!first) spans.push(wire('\n'));
    first = false;
    if (block.type === 'text') spans.push(spanOf(block.block));
    else {
      spans.push(wire(`<tool_call>\n{"name": ${JSON.stringify(block.name)}, "arguments": `), spanOf(block.input), wire('}\n</tool_call>'));
    }
  }
}

function spanOf(block: Block): Span {
  return { text: block.text, section: block.section, source: block.source, trust: block.trust };
}

function wire(text: string): Span {
  return { text, section: 'wire', source: 'core', trust: 'trusted' };
}

function markBreakpoint(spans: Span[]): void {
  const last = spans.at(-1);
  if (last) spans[spans.length - 1] = { ...last, cacheBreakpoint: true };
}
