import type { Message } from '../models/message.ts';
import { textOf } from '../models/message.ts';
import { resultForModel, type ToolCall } from '../models/tool-call.ts';
import { leastTrust } from '../models/trust.ts';
import { refusalOfJson } from '../tools/raw-input.ts';
import { specOf } from '../tools/tool-registry.ts';
import type { Tool } from '../tools/tool.ts';
import { excerpt } from './excerpt.ts';
import { inForm } from './answer-form.ts';
import { asWritten, choiceGrammar, type Choice } from './grammar.ts';
import { ANSWER, proposedCall, readDecision, sameInput, type Decision } from './guided-decision.ts';
import { ANSWERS, TALK, WORK } from './guided-examples.ts';
import { choicesAfter } from './guided-follow-up.ts';
import type { Block, MediaBlock, ModelMessage, ModelRequest } from './language-model.ts';
import { handedOver, shownWith } from './media-blocks.ts';
import { personBlocks } from './native-strategy.ts';
import type { ProposedCall, StepAnswer, StepContext, StepDecision, Strategy } from './strategy.ts';

/** Actions in one run; after that the answer is made from what there is. */
const ROUNDS = 5;
/** Examples shown of one tool: more of them matter less than the time to read them. */
const EXAMPLES = 4;
/** Characters of a result shown for the next decision: enough to see where to go, quick to read. */
const GLIMPSE = 500;
/** Characters of all results together from which the answer is made, where the window has room for them. */
const OBSERVED = 4_000;
/** Characters of one earlier message, and how many of them are told. */
const EARLIER = 300;
const EARLIER_MESSAGES = 6;
const DECISION_TOKENS = 512;

const DECIDE = `You are Glasshouse, an assistant on the person's own computer, in a folder with their files.
For each request choose one action, as JSON. Never guess what is in a file: look. Choose answer for talk and general knowledge, and when the results so far are enough.`;

const REPLY = `You are Glasshouse, a friendly assistant on the person's own computer. You answer briefly, plainly and truthfully, in the person's language.`;

/**
 * For models too small for native tool calling, and servers without it: decide under a grammar, observe, at most a few rounds,
 * then answer without tools from what was observed. The examples of each tool are turns of the prompt.
 */
export function createGuidedStrategy(): Strategy {
  return {
    name: 'guided',
    showsText: (purpose) => purpose === 'synthesise',
    request: (context) => {
      if (context.purpose === 'plan') return decisionRequest(context);
      const request = answerRequest(context);
      return context.answerSchema ? inForm(request, context.answerSchema) : request;
    },
    interpret,
  };
}

/** Reads a decision; the same call again, or more than a few, ends the looking around. */
function interpret(context: StepContext, answer: StepAnswer): StepDecision {
  if (context.purpose === 'synthesise') return { kind: 'answered' };
  const calls = runCalls(context);
  if (isOver(calls)) return { kind: 'synthesise' };
  const proposed: readonly ProposedCall[] = answer.calls.length > 0 ? answer.calls : fromText(answer.text, calls.length);
  const fresh = proposed.filter((call) => !calls.some((done) => done.tool === call.tool && sameInput(done.input, inputOf(call))));
  return fresh.length > 0 ? { kind: 'calls', calls: fresh } : { kind: 'synthesise' };
}

function fromText(text: string, number: number): readonly ProposedCall[] {
  const decision = readDecision(text);
  return decision === null || decision.tool === ANSWER ? [] : [proposedCall(decision, number)];
}

function inputOf(call: ProposedCall): unknown {
  if (refusalOfJson(call.rawInput) !== null) return call.rawInput;
  try {
    return JSON.parse(call.rawInput);
  } catch {
    return call.rawInput;
  }
}

/** What the person did not allow is not tried in another way; where nobody could be asked, another tool may do. */
function isOver(calls: readonly ToolCall[]): boolean {
  const last = calls.at(-1);
  return calls.length >= ROUNDS || (last?.state === 'denied' && last.failure?.code !== 'tool_unanswered');
}

function decisionRequest(context: StepContext): ModelRequest {
  const tools = context.tools.filter((tool) => tool.needsAbleModel !== true);
  const choices = tools.map(choiceOf);
  const calls = runCalls(context);
  const examples = exampleMessages(tools, choices);
  return {
    tools: [],
    system: [system(DECIDE), ...ownInstructions(context)],
    messages: [...examples, ...earlierAndRequest(context), ...calls.flatMap((call) => observedTurns(call, choices, context))],
    tail: [],
    stableMessages: examples.length,
    maxOutput: Math.min(context.maxOutput, DECISION_TOKENS),
    temperature: 0,
    constraint: choiceGrammar(isOver(calls) ? [{ name: ANSWER }] : choicesAfter(calls, [...choices, { name: ANSWER }])),
  };
}

function choiceOf(tool: Tool): Choice {
  return { name: tool.name, schema: specOf(tool).schema, examples: tool.examples.map((example) => example.input) };
}

/** Tools take turns, each round beginning with another, so that none is always the last word; talk stands between them. */
function exampleMessages(tools: readonly Tool[], choices: readonly Choice[]): ModelMessage[] {
  const turns: { words: string; decision: Decision; source: string }[] = [];
  const talk = [...TALK];
  for (let round = 0; round < EXAMPLES; round += 1) {
    const from = tools.length - ((round * 3) % tools.length);
    [...tools.slice(from), ...tools.slice(0, from)].forEach((tool, index) => {
      const example = tool.examples[round];
      const isPlain = Object.keys(example?.input ?? {}).length === 0;
      if (!example || (isPlain && round > 0)) return;
      turns.push({ words: example.request, decision: { tool: tool.name, input: example.input }, source: `tool:${tool.name}` });
      if (index % 4 === 3) turns.push(...talkTurn(talk));
    });
  }
  while (talk.length > 0) turns.push(...talkTurn(talk));
  const messages = turns.flatMap(({ words, decision, source }) => exampleTurn(words, decision, choices, source));
  const offered = new Set([ANSWER, ...tools.map((tool) => tool.name)]);
  for (const work of WORK) {
    if (!work.every(({ decision }) => offered.has(decision.tool))) continue;
    const request = work[0]?.words ?? '';
    work.forEach(({ words, decision }, index) => {
      const shown = index === 0 ? words : afterResult(work[index - 1]?.decision.tool ?? '', words, request);
      messages.push(...exampleTurn(shown, decision, choices, 'core'));
    });
  }
  return messages;
}

function talkTurn(talk: string[]): { words: string; decision: Decision; source: string }[] {
  const words = talk.shift();
  return words === undefined ? [] : [{ words, decision: { tool: ANSWER, input: null }, source: 'core' }];
}

function exampleTurn(words: string, decision: Decision, choices: readonly Choice[], source: string): ModelMessage[] {
  const block = (text: string): Block => ({ text, section: 'system', source, trust: 'trusted' });
  return [
    { role: 'user', blocks: [block(words)] },
    { role: 'assistant', blocks: [{ type: 'text', block: block(written(decision, choices)) }] },
  ];
}

function written(decision: Decision, choices: readonly Choice[]): string {
  const choice = choices.find(({ name }) => name === decision.tool);
  return JSON.stringify(asWritten(choice ?? { name: decision.tool }, decision.input));
}

/** An action of this run and its result, as the turn in which the next one is decided. */
function observedTurns(call: ToolCall, choices: readonly Choice[], context: StepContext): ModelMessage[] {
  const source = `call:${call.id}`;
  const request = requestText(context);
  const result = excerpt(resultForModel(call).text, request, GLIMPSE);
  const decision = written({ tool: call.tool, input: call.input }, choices);
  return [
    { role: 'assistant', blocks: [{ type: 'text', block: { text: decision, section: 'history', source, trust: 'trusted' } }] },
    {
      role: 'user',
      blocks: [
        { text: afterResult(call.tool, result, request), section: 'history', source, trust: leastTrust(call.trust, requestTrust(context)) },
      ],
    },
  ];
}

function afterResult(tool: string, result: string, request: string): string {
  return `Result of ${tool}:\n${result}\n\nRequest: ${request}`;
}

function answerRequest(context: StepContext): ModelRequest {
  const calls = runCalls(context);
  const base = { tools: [], tail: [], maxOutput: context.maxOutput, temperature: 0 };
  if (calls.length === 0) {
    const messages = talkMessages(context);
    return { ...base, system: [system(REPLY), ...ownInstructions(context), ...context.environment], messages, stableMessages: 0 };
  }
  const examples = ANSWERS.flatMap(({ observed, request, answer }): ModelMessage[] => [
    {
      role: 'user',
      blocks: [system(`${observed.map(({ done, output }) => observation(done, output)).join('\n\n')}\n\n${usingTheText(request)}`)],
    },
    { role: 'assistant', blocks: [{ type: 'text', block: system(answer) }] },
  ]);
  return {
    ...base,
    system: [system(REPLY), ...ownInstructions(context)],
    messages: [
      ...examples,
      { role: 'user', blocks: [...observations(calls, context), requestBlock(context, usingTheText)], ...shownNow(context) },
    ],
    stableMessages: examples.length,
  };
}

function usingTheText(request: string): string {
  return `Using the text above, answer every part of this request in one or two short sentences, naming the file, with the names, dates and numbers from the text: ${request}`;
}

function observation(done: string, output: string): string {
  return `${done}:\n${output}`;
}

/** What was observed, the newest with the most room. */
function observations(calls: readonly ToolCall[], context: StepContext): readonly Block[] {
  const request = requestText(context);
  const room = Math.min(OBSERVED, Math.max(800, (context.window - context.maxOutput) * context.bytesPerToken - 4_000));
  let left = room;
  const blocks: Block[] = [];
  for (const [index, call] of calls.toReversed().entries()) {
    const share = index === 0 && calls.length > 1 ? left * 0.7 : left / Math.max(1, calls.length - index);
    const text = observation(doneWords(call, context.tools), excerpt(resultForModel(call).text, request, Math.floor(share)));
    left -= text.length;
    blocks.unshift({ text, section: 'history', source: `call:${call.id}`, trust: call.trust });
  }
  return blocks;
}

/** The tool's own words for what it did, such as `Read a.txt`. */
function doneWords(call: ToolCall, tools: readonly Tool[]): string {
  const tool = tools.find(({ name }) => name === call.tool);
  const input = tool?.input.safeParse(call.input);
  return tool && input?.success ? tool.describe(input.data).past : call.tool;
}

/** The turns of plain talk: what was said before, shortened, and what is said now. */
function talkMessages(context: StepContext): ModelMessage[] {
  const current = currentIndex(context);
  const earlier = context.messages.slice(Math.max(0, current - EARLIER_MESSAGES), current).flatMap((message): ModelMessage[] => {
    const block = earlierBlock(message);
    if (block === null) return [];
    return message.role === 'person' ? [{ role: 'user', blocks: [block] }] : [{ role: 'assistant', blocks: [{ type: 'text', block }] }];
  });
  const message = context.messages[current];
  return [...earlier, { role: 'user', blocks: message ? personBlocks(message, 'input', context.shelf) : [], ...shownNow(context) }];
}

function earlierBlock(message: Message): Block | null {
  const text = textOf(message).trim();
  if (text === '') return null;
  const shown = text.length > EARLIER ? `${text.slice(0, EARLIER)} […]` : text;
  return {
    text: shown,
    section: 'history',
    source: `message:${message.id}`,
    trust: leastTrust(...message.parts.map((part) => part.trust)),
  };
}

/** The person's turn of a decision: what was said before, if anything, and the request. */
function earlierAndRequest(context: StepContext): ModelMessage[] {
  const current = currentIndex(context);
  const earlier = context.messages.slice(Math.max(0, current - EARLIER_MESSAGES), current).flatMap((message) => {
    const block = earlierBlock(message);
    return block ? [{ ...block, text: `${message.role === 'person' ? 'Person' : 'You'}: ${block.text}` }] : [];
  });
  const head: readonly Block[] = earlier.length > 0 ? [history('Said before:'), ...earlier, history('The request now:')] : [];
  const message = context.messages[current];
  const files = message ? filesBlock(message, context) : [];
  return [{ role: 'user', blocks: [...head, ...files, requestBlock(context, (request) => request)], ...shownNow(context) }];
}

/** What was handed over with the message, for a decision: that it is there, and how it begins. */
function filesBlock(message: Message, { shelf }: StepContext): readonly Block[] {
  const block = (text: string, trust: Block['trust']): Block => ({ text, section: 'input', source: `message:${message.id}`, trust });
  return message.parts.flatMap((part): Block[] => {
    if (part.type === 'media') return [block(handedOver(part, shelf), part.trust)];
    if (part.type !== 'file') return [];
    return [block(`Handed over (${part.name}):\n${excerpt(part.text, textOf(message), GLIMPSE)}`, part.trust)];
  });
}

/** The pictures that came with the request. */
function shownNow(context: StepContext): { readonly media?: readonly MediaBlock[] } {
  const message = context.messages[currentIndex(context)];
  const media = message ? shownWith(message, 'input', context.shelf) : [];
  return media.length > 0 ? { media } : {};
}

function requestBlock(context: StepContext, phrase: (request: string) => string): Block {
  const message = context.messages[currentIndex(context)];
  return { text: phrase(requestText(context)), section: 'input', source: `message:${message?.id ?? ''}`, trust: requestTrust(context) };
}

function requestText(context: StepContext): string {
  const message = context.messages[currentIndex(context)];
  return message ? textOf(message) : '';
}

function requestTrust(context: StepContext): Block['trust'] {
  const message = context.messages[currentIndex(context)];
  return leastTrust(...(message?.parts ?? []).filter((part) => part.type === 'text').map((part) => part.trust));
}

function currentIndex(context: StepContext): number {
  return context.messages.findLastIndex((message) => message.role === 'person');
}

/** The calls since the person last spoke, in order. */
function runCalls(context: StepContext): readonly ToolCall[] {
  return context.messages.slice(currentIndex(context) + 1).flatMap((message) =>
    context.runMessageIds.has(message.id)
      ? message.parts.flatMap((part) => {
          const call = part.type === 'tool_call' ? context.calls.get(part.callId) : undefined;
          return call ? [call] : [];
        })
      : [],
  );
}

function ownInstructions(context: StepContext): readonly Block[] {
  return context.system.filter((block) => block.source !== 'core');
}

function system(text: string): Block {
  return { text, section: 'system', source: 'core', trust: 'trusted' };
}

function history(text: string): Block {
  return { text, section: 'history', source: 'core', trust: 'trusted' };
}
