import type { ModelEvent } from '../../../core/reasoning/language-model.ts';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** Tells tool calls, which this family writes as tagged JSON in its text, from the words around them, while both come. */
export class ToolCallText {
  #held = '';
  #inside = false;
  #calls = 0;

  get calls(): number {
    return this.#calls;
  }

  /** The events that a further stretch of text makes certain. */
  push(text: string): ModelEvent[] {
    this.#held += text;
    const events: ModelEvent[] = [];
    for (;;) {
      const tag = this.#inside ? CLOSE : OPEN;
      const at = this.#held.indexOf(tag);
      if (at < 0) break;
      const before = this.#held.slice(0, at);
      this.#held = this.#held.slice(at + tag.length);
      events.push(...(this.#inside ? this.#call(before) : words(before)));
      this.#inside = !this.#inside;
    }
    if (!this.#inside) {
      const keep = partOfTag(this.#held);
      events.push(...words(this.#held.slice(0, this.#held.length - keep)));
      this.#held = this.#held.slice(this.#held.length - keep);
    }
    return events;
  }

  /** What is left at the end; a call whose closing tag never came is a call. */
  end(): ModelEvent[] {
    const rest = this.#held;
    this.#held = '';
    return this.#inside ? this.#call(rest) : words(rest);
  }

  #call(text: string): ModelEvent[] {
    const index = this.#calls;
    this.#calls += 1;
    let name = '';
    let input = text.trim();
    try {
      const call = JSON.parse(input) as { name?: unknown; arguments?: unknown };
      name = typeof call.name === 'string' ? call.name : '';
      input = JSON.stringify(call.arguments ?? {});
    } catch {
      // Not JSON: whoever checks the call says so to the model, with the text as it came.
      name = /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? '';
    }
    return [
      { type: 'tool_call_started', index, providerCallId: `call_${index}`, name },
      { type: 'tool_call_delta', index, text: input },
    ];
  }
}

function words(text: string): ModelEvent[] {
  return text === '' ? [] : [{ type: 'text_delta', text }];
}

/** How many characters at the end could be the beginning of a tag. */
function partOfTag(text: string): number {
  for (let length = Math.min(OPEN.length - 1, text.length); length > 0; length -= 1) {
    if (OPEN.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
