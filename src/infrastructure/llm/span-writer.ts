import type { Span } from '../../core/models/request.ts';
import type { Trust } from '../../core/models/trust.ts';
import type { Block, MediaBlock } from '../../core/reasoning/language-model.ts';

/** Where the words of a span come from. */
export interface Origin {
  readonly section: Span['section'];
  readonly source: string;
  readonly trust: Trust;
}

/** A block that stands in many requests is written once. */
const spanOf = new WeakMap<Block, Span>();

function escaped(block: Block): string {
  return JSON.stringify(block.text).slice(1, -1);
}

/**
 * Writes a JSON body as ordered spans: what the provider's syntax is, and what is whose words.
 * All spans joined are the body byte for byte (C1). The writer knows no JSON structure; the adapter writes it out.
 */
export class SpanWriter {
  readonly #spans: Span[] = [];
  #raw = '';

  /** The provider's syntax. Neighbouring pieces become one span. */
  raw(text: string): this {
    this.#raw += text;
    return this;
  }

  /** The inside of a JSON string: the block's words, escaped, without the quotes. */
  block(block: Block, options: { cacheBreakpoint?: boolean } = {}): this {
    if (options.cacheBreakpoint) return this.words(escaped(block), block, options);
    let span = spanOf.get(block);
    if (!span) {
      span = { text: escaped(block), section: block.section, source: block.source, trust: block.trust };
      spanOf.set(block, span);
    }
    this.#flush();
    this.#spans.push(span);
    return this;
  }

  /** A whole JSON string, quotes as syntax around the words. */
  string(block: Block, options: { cacheBreakpoint?: boolean } = {}): this {
    return this.raw('"').block(block, options).raw('"');
  }

  /** The bytes of a picture or a PDF in base64, in which there is nothing to escape. @param tokens an estimate */
  media(block: MediaBlock, tokens: number): this {
    this.#flush();
    const { base64, section, source, trust, media } = block;
    this.#spans.push({ text: base64, section, source, trust, media: { hash: media.hash, tokens } });
    return this;
  }

  /** Text that stands in the body as it is, with its origin (JSON that was not ours to write, or is not syntax). */
  words(text: string, origin: Origin, options: { cacheBreakpoint?: boolean } = {}): this {
    this.#flush();
    this.#spans.push({
      text,
      section: origin.section,
      source: origin.source,
      trust: origin.trust,
      ...(options.cacheBreakpoint ? { cacheBreakpoint: true } : {}),
    });
    return this;
  }

  /** The body so far. */
  spans(): readonly Span[] {
    this.#flush();
    return this.#spans;
  }

  #flush(): void {
    if (this.#raw === '') return;
    this.#spans.push({ text: this.#raw, section: 'wire', source: 'core', trust: 'trusted' });
    this.#raw = '';
  }
}
