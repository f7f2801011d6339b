import type { Block, MediaBlock, ModelRequest, ToolResultBlock } from '../../core/reasoning/language-model.ts';

export interface TextItem {
  readonly type: 'text';
  readonly block: Block;
  breakpoint: boolean;
}

/** A picture or a PDF. */
export interface MediaItem {
  readonly type: 'media';
  readonly block: MediaBlock;
}

export interface ReasoningItem {
  readonly type: 'reasoning';
  readonly block: Block;
  readonly providerData: unknown;
}

export interface CallItem {
  readonly type: 'call';
  /** Unique in the request, of characters that every provider takes. */
  readonly id: string;
  readonly name: string;
  readonly input: Block;
  breakpoint: boolean;
}

export interface ResultItem {
  readonly type: 'result';
  readonly id: string;
  /** The tool that was called. */
  readonly name: string;
  readonly isError: boolean;
  readonly block: Block;
  readonly media: readonly MediaBlock[];
  breakpoint: boolean;
}

/** Turns take turns: no two of the same role follow each other. A user's results come before its words. */
export type Turn =
  | { readonly role: 'user'; readonly results: ResultItem[]; readonly said: (TextItem | MediaItem)[] }
  | { readonly role: 'assistant'; readonly items: (TextItem | ReasoningItem | CallItem)[] };

type Cacheable = TextItem | CallItem | ResultItem;

/**
 * The messages in the shape that the wires want: neighbours of one role joined, blank texts left out, the volatile tail last.
 * Marks where the provider may keep its cache: the end of the stable messages, and the end of all of them (C4).
 * `callIds` is what the provider wants their ids to look like.
 * @throws Error on a call without its result, or a result without its call (R2: a bug, never sent).
 */
export function turnsOf(request: ModelRequest, callIds: 'any' | 'nine' = 'any'): Turn[] {
  const builder = new TurnBuilder(callIds === 'nine' ? nineCharacters : plainCharacters);
  let lastOfStable: Cacheable | null = null;
  for (const [index, message] of request.messages.entries()) {
    if (message.role === 'user') builder.user(message.blocks, message.media);
    else if (message.role === 'tool') builder.results(message.results);
    else builder.assistant(message.blocks);
    if (index === request.stableMessages - 1) lastOfStable = builder.last;
  }
  if (lastOfStable) lastOfStable.breakpoint = true;
  if (builder.last) builder.last.breakpoint = true;
  builder.user(request.tail);
  return builder.done();
}

/** Characters that every provider takes. */
function plainCharacters(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 56) || 'call';
}

/** Nine letters and digits: the id itself where it is so, else a digest of it. */
function nineCharacters(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id;
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(id).digest('hex').slice(0, 9);
}

class TurnBuilder {
  readonly #shape: (id: string) => string;
  readonly #turns: Turn[] = [];
  readonly #taken = new Set<string>();
  /** Calls of the last answer that still want their result, by the provider's own id. */
  #open = new Map<string, string>();
  last: Cacheable | null = null;

  constructor(shape: (id: string) => string) {
    this.#shape = shape;
  }

  user(blocks: readonly Block[], media: readonly MediaBlock[] = []): void {
    const spoken = blocks.filter((block) => /\S/.test(block.text));
    if (spoken.length === 0 && media.length === 0) return;
    this.#refuseOpenCalls();
    const turn = this.#userTurn();
    for (const block of media) turn.said.push({ type: 'media', block });
    for (const block of spoken) turn.said.push((this.last = { type: 'text', block, breakpoint: false }));
  }

  results(results: readonly ToolResultBlock[]): void {
    for (const result of results) {
      const id = this.#open.get(result.providerCallId);
      if (id === undefined) throw new Error(`the result of ${result.name} (${result.providerCallId}) has no call before it`);
      this.#open.delete(result.providerCallId);
      const turn = this.#userTurn();
      turn.results.push(
        (this.last = {
          type: 'result',
          id,
          name: result.name,
          isError: result.isError,
          block: result.block,
          media: result.media ?? [],
          breakpoint: false,
        }),
      );
    }
  }

  assistant(blocks: Extract<ModelRequest['messages'][number], { role: 'assistant' }>['blocks']): void {
    const kept = blocks.filter((item) => item.type !== 'text' || /\S/.test(item.block.text));
    if (kept.length === 0) return;
    this.#refuseOpenCalls();
    const before = this.#turns.at(-1);
    const turn = before?.role === 'assistant' ? before : ({ role: 'assistant', items: [] } as Extract<Turn, { role: 'assistant' }>);
    if (turn !== before) this.#turns.push(turn);
    for (const item of kept) {
      if (item.type === 'reasoning') turn.items.push({ type: 'reasoning', block: item.block, providerData: item.providerData });
      else if (item.type === 'text') turn.items.push((this.last = { type: 'text', block: item.block, breakpoint: false }));
      else {
        if (this.#open.has(item.providerCallId)) throw new Error(`two calls of one answer have the id ${item.providerCallId}`);
        const id = this.#idFor(item.providerCallId);
        this.#open.set(item.providerCallId, id);
        turn.items.push((this.last = { type: 'call', id, name: item.name, input: item.input, breakpoint: false }));
      }
    }
  }

  done(): Turn[] {
    this.#refuseOpenCalls();
    if (this.#turns.length === 0) throw new Error('a request without a single word');
    return this.#turns;
  }

  #userTurn(): Extract<Turn, { role: 'user' }> {
    const before = this.#turns.at(-1);
    if (before?.role === 'user') return before;
    const turn: Extract<Turn, { role: 'user' }> = { role: 'user', results: [], said: [] };
    this.#turns.push(turn);
    return turn;
  }

  #refuseOpenCalls(): void {
    if (this.#open.size === 0) return;
    throw new Error(`calls without a result: ${[...this.#open.keys()].join(', ')}`);
  }

  /** Ids come from any provider and are unique in one answer only. The same history always gives the same ids. */
  #idFor(providerCallId: string): string {
    let id = this.#shape(providerCallId);
    for (let count = 2; this.#taken.has(id); count += 1) id = this.#shape(`${this.#shape(providerCallId)}_${count}`);
    this.#taken.add(id);
    return id;
  }
}

/**
 * An answer's items in the order in which they came: calls stand behind everything else, and reasoning that came between them goes
 * back before the call that it led to. `callsBefore` says how many calls came before a piece of reasoning; null: it stays where it is.
 */
export function inPlace(
  items: readonly (TextItem | ReasoningItem | CallItem)[],
  callsBefore: (item: ReasoningItem) => number | null,
): readonly (TextItem | ReasoningItem | CallItem)[] {
  const later = items.filter((item) => item.type === 'reasoning' && (callsBefore(item) ?? 0) > 0);
  if (later.length === 0) return items;
  const placed: (TextItem | ReasoningItem | CallItem)[] = [];
  let calls = 0;
  for (const item of items) {
    if (item.type === 'reasoning' && later.includes(item)) continue;
    if (item.type === 'call') {
      placed.push(...later.filter((one) => one.type === 'reasoning' && callsBefore(one) === calls));
      calls += 1;
    }
    placed.push(item);
  }
  return placed;
}

/** Pictures that calls of a turn gave, for wires that take none in a result: each with the words that say whose it is. */
export function picturesOf(results: readonly ResultItem[]): readonly (TextItem | MediaItem)[] {
  return results.flatMap(({ name, block: { section, source }, media }) =>
    media.flatMap((block): (TextItem | MediaItem)[] => {
      const text = `The picture that ${name} gave (${block.name}):`;
      return [
        { type: 'text', block: { text, section, source, trust: 'trusted' }, breakpoint: false },
        { type: 'media', block },
      ];
    }),
  );
}

/** The input of a call as a JSON object. A model's half-written JSON is kept as a text inside one, which every provider takes. */
export function inputAsObject(input: Block): Block {
  try {
    const value: unknown = JSON.parse(input.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return input;
  } catch {
    // Not JSON: wrapped below.
  }
  return { ...input, text: input.text.trim() === '' ? '{}' : JSON.stringify({ invalid_arguments: input.text }) };
}
