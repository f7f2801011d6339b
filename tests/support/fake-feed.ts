import type { AgentEvent } from '../../src/core/agent/agent-event.ts';
import type { EventReader, FeedEntry, GrowingWords } from '../../src/application/ports/event-reader.ts';

/** A change feed in memory, as a database shows it: entries of this process and of others. */
export class FakeFeed implements EventReader {
  readonly entries: FeedEntry[] = [];
  growing: GrowingWords[] = [];
  /** How often anything was asked. */
  asked = 0;
  /** The next reading fails with this. */
  error: Error | null = null;
  #mark = 0;

  /** Another process writes. @returns the place */
  writeElsewhere(event: AgentEvent, runId = 'elsewhere'): number {
    this.#mark += 1;
    return this.write(event, runId);
  }

  /** @returns the place */
  write(event: AgentEvent, runId = 'here'): number {
    const seq = this.entries.length + 1;
    this.entries.push({ kind: 'event', seq, conversationId: 'c', runId, event });
    return seq;
  }

  async position(): Promise<number> {
    this.asked += 1;
    return this.entries.length;
  }

  async mark(): Promise<number> {
    this.asked += 1;
    return this.#mark;
  }

  async read({ after, limit, known }: Parameters<EventReader['read']>[0]) {
    this.asked += 1;
    const { error } = this;
    this.error = null;
    if (error) throw error;
    const entries = this.entries.slice(after, after + limit);
    const growing = this.growing.flatMap((words): GrowingWords[] => {
      const offset = known.get(words.ownerId) ?? 0;
      return offset < words.text.length ? [{ ...words, offset, text: words.text.slice(offset) }] : [];
    });
    return { entries, through: after + entries.length, growing };
  }
}
