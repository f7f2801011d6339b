import { open } from 'node:fs/promises';
import type { Llama, LlamaContextSequence, LlamaGrammar, LlamaModel, Token } from 'node-llama-cpp';
import { repeatsItself } from '../../../core/reasoning/repetition.ts';
import type {
  CompleteCommand,
  EngineFailureCode,
  EngineFinish,
  EngineReport,
  EngineUsage,
  LoadCommand,
  PromptSegment,
} from './engine-protocol.ts';
import { PrefixStore } from './prefix-store.ts';

/** Tokens read between two looks at whether to stop: a third of a second on two cores. Larger slices are not read faster. */
const SLICE = 64;
/** A shorter prefix is read again as quickly as it is fetched from disk. */
const WORTH_SAVING = 200;
/** Two: one keeps the prefix of decisions warm while the other answers. */
const SEQUENCES = 2;
/** Parsed grammars that are kept; a grammar changes only with the set of tools. */
const GRAMMARS = 8;
/** How often the growing text is looked at for repetition, in characters. */
const REPETITION_STRIDE = 40;
/** Bytes of a UTF-8 character: no token sequence that is still half a character is longer. */
const HALF_CHARACTER = 4;

export class EngineError extends Error {
  readonly code: EngineFailureCode;
  constructor(code: EngineFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The longest lists that a header may tell of: the reader of the library goes round for ever in a file that only looks like a model. */
const HEADER_ENTRIES = 1_000_000n;

/** Looks at the first bytes (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): magic, version, counts of tensors and of metadata. */
async function checkHeader(path: string): Promise<void> {
  let head: Buffer;
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(24), 0, 24, 0);
      head = buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new EngineError(
      'model_file_damaged',
      `The model file could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const isModel =
    head.length === 24 &&
    head.toString('latin1', 0, 4) === 'GGUF' &&
    [2, 3].includes(head.readUInt32LE(4)) &&
    head.readBigUInt64LE(8) < HEADER_ENTRIES &&
    head.readBigUInt64LE(16) < HEADER_ENTRIES;
  if (!isModel) throw new EngineError('model_file_damaged', 'The file is not a model in GGUF form.');
}

interface Lane {
  readonly sequence: LlamaContextSequence;
  /** Tokens from the first that are worth keeping. */
  stable: number;
}

/** The model in this process: reads prompts, reusing what it has read already, and writes answers. One at a time. */
export class Engine {
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #lanes: readonly Lane[];
  readonly #window: number;
  readonly #origin: readonly string[];
  readonly #prefixes: PrefixStore | null;
  readonly #grammars = new Map<string, LlamaGrammar>();
  readonly #report: (report: EngineReport) => void;

  private constructor(
    llama: Llama,
    model: LlamaModel,
    sequences: LlamaContextSequence[],
    command: LoadCommand,
    report: (report: EngineReport) => void,
  ) {
    this.#llama = llama;
    this.#model = model;
    this.#lanes = sequences.map((sequence) => ({ sequence, stable: 0 }));
    this.#window = command.window;
    this.#origin = [command.modelDigest, llama.llamaCppRelease.release, String(command.window)];
    this.#prefixes = command.stateFolder === null ? null : new PrefixStore(command.stateFolder);
    this.#report = report;
  }

  /** @throws EngineError model_file_damaged when the file cannot be loaded */
  static async load(command: LoadCommand, report: (report: EngineReport) => void): Promise<Engine> {
    await checkHeader(command.modelPath);
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    const llama = await getLlama({ build: 'never', gpu: false, logLevel: LlamaLogLevel.error, logger: () => undefined });
    try {
      const model = await llama.loadModel({ modelPath: command.modelPath, onLoadProgress: (done) => report({ type: 'loading', done }) });
      const context = await model.createContext({
        contextSize: command.window,
        sequences: SEQUENCES,
        threads: command.threads,
        batchSize: 512,
        flashAttention: true,
      });
      const sequences = Array.from({ length: SEQUENCES }, () => context.getSequence());
      return new Engine(llama, model, sequences, command, report);
    } catch (error) {
      throw new EngineError(
        'model_file_damaged',
        `The model file could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Reads the prompt, writes the answer, reporting both. Ends early, quietly, when `stopped` says so. */
  async complete(command: CompleteCommand, stopped: () => boolean): Promise<{ reason: EngineFinish; usage: EngineUsage }> {
    const stableTokens = this.#tokenize(command.segments.slice(0, command.stableSegments));
    const tokens = [...stableTokens, ...this.#tokenize(command.segments.slice(command.stableSegments))];
    if (tokens.length + command.maxTokens > this.#window) {
      const room = this.#window - command.maxTokens;
      throw new EngineError('context_too_long', `The request is ${tokens.length} tokens long; this model takes ${room}.`);
    }
    if (tokens.length === 0) throw new EngineError('model_bad_request', 'The request is empty.');
    const grammar = command.grammar === null ? null : await this.#grammar(command.grammar);
    const { lane, reused, restored, unsaved } = await this.#prepareLane(tokens, stableTokens.length, command.saveStable);
    const usage = { input: tokens.length, output: 0, reused, restored };
    const end = tokens.length - 1;
    for (let at = reused; at < end;) {
      if (stopped()) return { reason: 'cancelled', usage };
      this.#report({ type: 'reading', id: command.id, done: at, total: tokens.length });
      // A slice ends where the stable prefix ends, so that exactly this can be saved.
      const to = Math.min(at + SLICE, end, at < stableTokens.length ? stableTokens.length : end);
      await lane.sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, to));
      at = to;
      if (unsaved && at === stableTokens.length) await this.#save(lane, stableTokens);
    }
    this.#report({ type: 'reading', id: command.id, done: tokens.length, total: tokens.length });
    return this.#write(lane, tokens.slice(end), command, grammar, usage, stopped);
  }

  async #write(
    lane: Lane,
    last: Token[],
    command: CompleteCommand,
    grammar: LlamaGrammar | null,
    usage: EngineUsage,
    stopped: () => boolean,
  ): Promise<{ reason: EngineFinish; usage: EngineUsage }> {
    const { LlamaGrammarEvaluationState } = await import('node-llama-cpp');
    const options = {
      temperature: command.temperature,
      seed: 1,
      ...(command.temperature > 0 ? { topP: 0.9, topK: 40 } : {}),
      ...(grammar ? { grammarEvaluationState: new LlamaGrammarEvaluationState({ model: this.#model, grammar }) } : {}),
    };
    let output = 0;
    let text = '';
    let checked = 0;
    let pending: Token[] = [];
    const done = (reason: EngineFinish) => ({ reason, usage: { ...usage, output } });
    if (stopped()) return done('cancelled');
    for await (const token of lane.sequence.evaluate(last, options)) {
      output += 1;
      pending.push(token);
      const piece = this.#model.detokenize(pending);
      if (!piece.endsWith('\ufffd') || pending.length >= HALF_CHARACTER) {
        pending = [];
        text += piece;
        if (piece) this.#report({ type: 'text', id: command.id, text: piece });
        if (text.length - checked >= REPETITION_STRIDE) {
          checked = text.length;
          if (repeatsItself(text)) return done('repeated');
        }
      }
      if (stopped()) return done('cancelled');
      if (output >= command.maxTokens) return done('length');
    }
    return done('stop');
  }

  /** The lane that has to read least, keeping the other's stable prefix; cut back to, or filled with, what the prompt begins with. */
  async #prepareLane(
    tokens: Token[],
    stable: number,
    mayUseDisk: boolean,
  ): Promise<{ lane: Lane; reused: number; restored: boolean; unsaved: boolean }> {
    const rated = this.#lanes.map((lane) => {
      const common = Math.min(lane.sequence.compareContextTokens(tokens).firstDifferentIndex, tokens.length - 1);
      return { lane, common, gain: common - Math.max(0, lane.stable - common) };
    });
    const best = rated.reduce((a, b) => (b.gain > a.gain ? b : a));
    const { lane, common } = best;
    const worth = mayUseDisk && this.#prefixes !== null && stable >= WORTH_SAVING;
    if (worth && common < stable) {
      const path = await this.#prefixes.find(PrefixStore.key(this.#origin, tokens.slice(0, stable)));
      if (path !== null && (await this.#restore(lane, path, tokens.slice(0, stable)))) {
        lane.stable = stable;
        return { lane, reused: stable, restored: true, unsaved: false };
      }
    }
    const { nextTokenIndex } = lane.sequence;
    if (nextTokenIndex > common) await lane.sequence.eraseContextTokenRanges([{ start: common, end: nextTokenIndex }]);
    lane.stable = stable;
    return { lane, reused: common, restored: false, unsaved: worth && common < stable };
  }

  async #restore(lane: Lane, path: string, expected: Token[]): Promise<boolean> {
    try {
      await lane.sequence.clearHistory();
      await lane.sequence.loadStateFromFile(path, { acceptRisk: true });
      const held = lane.sequence.contextTokens;
      if (held.length === expected.length && held.every((token, index) => token === expected[index])) return true;
      await lane.sequence.clearHistory();
      return false;
    } catch {
      await lane.sequence.clearHistory();
      return false;
    }
  }

  async #save(lane: Lane, tokens: Token[]): Promise<void> {
    await this.#prefixes?.save(PrefixStore.key(this.#origin, tokens), async (path) => {
      await lane.sequence.saveStateToFile(path);
    });
  }

  /** Neighbours of one kind are joined first, so that a word is not cut where one block happens to end. */
  #tokenize(segments: readonly PromptSegment[]): Token[] {
    const joined: { text: string; special: boolean }[] = [];
    for (const { text, special } of segments) {
      const last = joined.at(-1);
      if (last && last.special === special) last.text += text;
      else joined.push({ text, special });
    }
    return joined.flatMap(({ text, special }) => (text === '' ? [] : this.#model.tokenize(text, special)));
  }

  async #grammar(text: string): Promise<LlamaGrammar> {
    const known = this.#grammars.get(text);
    if (known) return known;
    try {
      const grammar = await this.#llama.createGrammar({ grammar: text });
      if (this.#grammars.size >= GRAMMARS) this.#grammars.clear();
      this.#grammars.set(text, grammar);
      return grammar;
    } catch (error) {
      throw new EngineError('model_bad_request', `The grammar is not valid: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
