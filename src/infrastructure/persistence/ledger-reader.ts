import type { Section, SpanMedia } from '../../core/models/request.ts';
import type { Trust } from '../../core/models/trust.ts';
import type { RecordedRequest, RecordedSpan } from '../../core/models/records.ts';
import type { Database } from './database.ts';

/** The requests of a conversation, oldest first, put together again byte for byte (C1). */
export function readRequests(db: Database, conversationId: string): readonly RecordedRequest[] {
  const words = new Map<string, string>();
  const wordsOf = (hash: string, encoding: 'utf8' | 'base64'): string => {
    let text = words.get(hash);
    if (text === undefined) {
      const row = db.get('SELECT data FROM blob WHERE conversation_id = ? AND hash = ?', conversationId, hash);
      text = row ? Buffer.from(row['data'] as Uint8Array).toString(encoding) : '';
      words.set(hash, text);
    }
    return text;
  };
  const spans = new Map<string, readonly RecordedSpan[]>();
  return db.all('SELECT * FROM request WHERE conversation_id = ? ORDER BY created_at, rowid', conversationId).map((row) => {
    const id = String(row['id']);
    const prefix = row['prefix_id'] === null ? [] : (spans.get(String(row['prefix_id'])) ?? []).slice(0, Number(row['prefix_count']));
    const own = db.all('SELECT * FROM request_span WHERE request_id = ? ORDER BY ord', id).map((span): RecordedSpan => ({
      text: wordsOf(String(span['hash']), span['media'] === null ? 'utf8' : 'base64'),
      section: String(span['section']) as Section,
      source: String(span['source']),
      trust: String(span['trust']) as Trust,
      cacheBreakpoint: span['cache_breakpoint'] === 1,
      ...(span['media'] === null ? {} : { media: JSON.parse(String(span['media'])) as SpanMedia }),
    }));
    const all = [...prefix, ...own];
    spans.set(id, all);
    return {
      id,
      stepId: String(row['step_id']),
      method: String(row['method']),
      url: String(row['url']),
      headers: JSON.parse(String(row['headers'])) as Record<string, string>,
      spans: all,
      ...(row['removed_after'] === null ? {} : { removedAfter: Number(row['removed_after']) }),
    };
  });
}
