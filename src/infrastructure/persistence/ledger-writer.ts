import type { Span, WireRequest } from '../../core/models/request.ts';
import type { Database } from './database.ts';

interface LastRequest {
  readonly id: string;
  readonly spans: readonly Span[];
  /** Links to go back until a request that stands on its own. */
  readonly depth: number;
}

/** Links in a row at most, so that reading a request stays quick. */
const MAX_DEPTH = 500;

/**
 * Writes requests into the ledger. A request shares the spans that it begins with with the one before it, and every span's
 * words are stored once per conversation: a long run costs what is new in each step, not the whole of it every time.
 */
export class LedgerWriter {
  readonly #db: Database;
  readonly #last = new Map<string, LastRequest>();

  constructor(db: Database) {
    this.#db = db;
  }

  write(conversationId: string, stepId: string, requestId: string, wire: WireRequest, at: number): void {
    const last = this.#stillThere(this.#last.get(conversationId));
    const shared = last && last.depth < MAX_DEPTH ? sharedPrefix(last.spans, wire.spans) : 0;
    const prefixId = last && shared > 0 ? last.id : null;
    this.#db.run(
      'INSERT INTO request (id, step_id, conversation_id, method, url, headers, prefix_id, prefix_count, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      requestId,
      stepId,
      conversationId,
      wire.method,
      wire.url,
      JSON.stringify(wire.headers),
      prefixId,
      shared,
      at,
    );
    for (let ord = shared; ord < wire.spans.length; ord += 1) {
      const span = wire.spans[ord];
      if (!span) continue;
      // A picture's bytes are there already: its base64 is made of them again.
      const hash = span.media ? span.media.hash : writeWords(this.#db, conversationId, span.text);
      this.#db.run(
        'INSERT INTO request_span (request_id, ord, hash, section, source, trust, cache_breakpoint, media) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        requestId,
        ord,
        hash,
        span.section,
        span.source,
        span.trust,
        span.cacheBreakpoint ? 1 : 0,
        span.media ? JSON.stringify(span.media) : null,
      );
    }
    this.#last.set(conversationId, { id: requestId, spans: wire.spans, depth: prefixId ? (last?.depth ?? 0) + 1 : 0 });
  }

  /** Whether the words that would be built upon are there: another process may have taken them away when their time was over. */
  #stillThere(last: LastRequest | undefined): LastRequest | undefined {
    return last && this.#db.get('SELECT 1 FROM request WHERE id = ? AND removed_after IS NULL', last.id) ? last : undefined;
  }

  /** Forgets what must no longer be built upon (a purged conversation, a transaction that was rolled back). */
  forget(conversationId: string): void {
    this.#last.delete(conversationId);
  }
}

function sharedPrefix(before: readonly Span[], now: readonly Span[]): number {
  let count = 0;
  while (count < before.length && count < now.length) {
    const a = before[count];
    const b = now[count];
    if (!a || !b || a.text !== b.text || a.section !== b.section || a.source !== b.source) break;
    if (a.trust !== b.trust || a.cacheBreakpoint !== b.cacheBreakpoint) break;
    count += 1;
  }
  return count;
}

/**
 * Stores the words of a span once per conversation. They are found by a quick hash (a real one would load Node's cryptography, a tenth of
 * the start of a run), so what is found is compared before it is shared.
 * @returns the key under which they stand
 */
function writeWords(db: Database, conversationId: string, text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const hash = quickHash(text);
  for (let place = 0; ; place += 1) {
    const key = `${hash}.${place}`;
    if (db.run('INSERT OR IGNORE INTO blob (conversation_id, hash, data) VALUES (?, ?, ?)', conversationId, key, bytes) === 1) return key;
    const found = db.get('SELECT data = ? AS same FROM blob WHERE conversation_id = ? AND hash = ?', bytes, conversationId, key);
    if (found?.['same'] === 1) return key;
  }
}

/** Length and 64 bits, by FNV-1a with its 32-bit prime from two beginnings. Source: draft-eastlake-fnv, section 2. */
export function quickHash(text: string): string {
  let one = 0x811c9dc5;
  let two = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two ^ (unit + at), 0x01000193);
  }
  return `${text.length.toString(36)}-${(one >>> 0).toString(36)}${(two >>> 0).toString(36)}`;
}

function digestOf(data: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', data);
}

/** Stores bytes once per conversation. @returns their SHA-256 in hex */
export function writeBlob(db: Database, conversationId: string, data: string | Uint8Array): string {
  const hash = digestOf(data);
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
  db.run('INSERT OR IGNORE INTO blob (conversation_id, hash, data) VALUES (?, ?, ?)', conversationId, hash, bytes);
  return hash;
}
