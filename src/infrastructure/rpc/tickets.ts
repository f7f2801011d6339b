import type { Media } from '../../core/models/media.ts';
import { failure, type Result } from '../../core/models/failure.ts';

/** How long a ticket is good for; milliseconds. */
const TICKET_LIFE = 60_000;
/** How long an uploaded text is kept for the message that it belongs to; milliseconds. */
const UPLOAD_LIFE = 10 * 60_000;
/** Uploads that wait for their message at most; characters and bytes of all together. */
const UPLOADS_HELD = 60_000_000;

/** What is handed over: words, or a file, with what is to be done when it was taken or will never be. */
export type Download = { readonly name: string; readonly type: string } & (
  | { readonly text: string }
  | { readonly path: string; readonly bytes: number; over(): void }
);

export type Upload = { readonly name: string } & ({ readonly text: string } | { readonly media: Media; readonly data: Uint8Array });

interface Ticket<Value> {
  readonly value: Value;
  readonly until: number;
}

/**
 * Tickets stand in for the token where a browser cannot send one: each opens one window or one download, or
 * takes one upload, once, within a minute.
 * Kept in memory only.
 */
export class Tickets {
  readonly #now: () => number;
  readonly #downloads = new Map<string, Ticket<Download>>();
  readonly #expected = new Map<string, Ticket<{ readonly name: string; readonly bytes: number }>>();
  readonly #uploads = new Map<string, Ticket<Upload>>();
  readonly #launches = new Map<string, Ticket<true>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  forLaunch(): string {
    return this.#put(this.#launches, true, TICKET_LIFE);
  }

  takeLaunch(ticket: string): boolean {
    return this.#take(this.#launches, ticket) !== null;
  }

  forDownload(download: Download): string {
    return this.#put(this.#downloads, download, TICKET_LIFE);
  }

  takeDownload(ticket: string): Download | null {
    return this.#take(this.#downloads, ticket);
  }

  forUpload(name: string, bytes: number): string {
    return this.#put(this.#expected, { name, bytes }, TICKET_LIFE);
  }

  /** What is to come with this ticket; it cannot be used again. */
  beginUpload(ticket: string): { readonly name: string; readonly bytes: number } | null {
    return this.#take(this.#expected, ticket);
  }

  /** Keeps what has come. @returns false when too much is held already */
  keepUpload(ticket: string, upload: Upload): boolean {
    this.#sweep(this.#uploads);
    const held = [...this.#uploads.values()].reduce((sum, each) => sum + sizeOf(each.value), 0);
    if (held + sizeOf(upload) > UPLOADS_HELD) return false;
    this.#uploads.set(ticket, { value: upload, until: this.#now() + UPLOAD_LIFE });
    return true;
  }

  /** The uploads of a message, all or none: a ticket that is not good leaves the others as they are. */
  takeUploads(tickets: readonly string[]): Result<readonly Upload[]> {
    this.#sweep(this.#uploads);
    const found = tickets.map((ticket) => this.#uploads.get(ticket)?.value);
    if (found.some((upload) => upload === undefined)) {
      return { ok: false, failure: failure('upload_missing', 'A file that belongs to this message has not arrived, or too long ago.') };
    }
    for (const ticket of tickets) this.#uploads.delete(ticket);
    return { ok: true, value: found.filter((upload) => upload !== undefined) };
  }

  #put<Value>(tickets: Map<string, Ticket<Value>>, value: Value, life: number): string {
    this.#sweep(tickets);
    const ticket = process.getBuiltinModule('node:crypto').randomBytes(24).toString('base64url');
    tickets.set(ticket, { value, until: this.#now() + life });
    return ticket;
  }

  #take<Value>(tickets: Map<string, Ticket<Value>>, ticket: string): Value | null {
    this.#sweep(tickets);
    const found = tickets.get(ticket);
    tickets.delete(ticket);
    return found ? found.value : null;
  }

  #sweep<Value>(tickets: Map<string, Ticket<Value>>): void {
    for (const [ticket, { until, value }] of tickets) {
      if (until > this.#now()) continue;
      tickets.delete(ticket);
      if (typeof value === 'object' && value !== null && 'over' in value && typeof value.over === 'function') value.over();
    }
  }
}

function sizeOf(upload: Upload): number {
  return 'text' in upload ? upload.text.length : upload.data.length;
}
